namespace Hooke.Models;

/// <summary>What Python's operators and truth tests give.</summary>
static class PythonOperators
{
    public static bool IsTrue(object? value) => value switch
    {
        null or TemplateUndefined => false,
        bool truth => truth,
        long whole => whole != 0,
        double real => real != 0,
        string text => text.Length > 0,
        TemplateMap map => map.Items.Count > 0,
        TemplateSequence list => list.Items.Count > 0,
        _ => true,
    };

    public static bool Equal(TemplateRun run, object? a, object? b)
    {
        run.Step();
        if (a is not (null or double) && ReferenceEquals(a, b))
            return true; // an item is equal to itself, as Python's lists have it
        if (Number(a) is double x && Number(b) is double y)
            return Whole(a) is long i && Whole(b) is long j ? i == j : x == y;
        return (a, b) switch
        {
            (null, null) or (TemplateUndefined, TemplateUndefined) => true,
            (string s, string t) => SameText(run, s, t),
            (TemplateSequence s, TemplateSequence t) => s.Kind == t.Kind && AllEqual(run, s, t),
            (TemplateMap m, TemplateMap n) => AllEqual(run, m, n),
            (TemplateFunction f, TemplateFunction g) => throw run.Refusal($"{f.Name} and {g.Name} cannot be compared"),
            _ => false,
        };
    }

    /// <summary>Whether a comparison holds: one of &lt;, &lt;=, &gt;, &gt;=.</summary>
    public static bool Compare(TemplateRun run, string sign, object? a, object? b)
    {
        run.Read(a);
        if (a is string s && b is string t)
            return Holds(sign, PythonStrings.Compare(s, t));
        if (Whole(a) is long i && Whole(b) is long j)
            return Holds(sign, i.CompareTo(j));
        if (Number(a) is double x && Number(b) is double y)
            return sign switch { "<" => x < y, "<=" => x <= y, ">" => x > y, _ => x >= y };
        throw run.Refusal($"{PythonText.TypeOf(a)} {sign} {PythonText.TypeOf(b)} is not supported");
    }

    public static bool Contains(TemplateRun run, object? container, object? item)
    {
        switch (container)
        {
            case string text when item is string part:
                run.Charge(text.Length);
                return text.Contains(part, StringComparison.Ordinal);
            case TemplateMap map when item is null or string or long or bool or double or TemplateUndefined:
                run.Read(item);
                return item is string key && map.TryGet(key, out _);
            case TemplateSequence list:
                foreach (object? other in list.Items)
                    if (Equal(run, item, other))
                        return true;
                return false;
            case TemplateIterator iterator:
                while (iterator.TryTake(out object? other))
                    if (Equal(run, item, other))
                        return true;
                return false;
            case TemplateUndefined:
                return false;
            default:
                throw run.Refusal($"{PythonText.TypeOf(item)} in {PythonText.TypeOf(container)} is not supported");
        }
    }

    public static object Calculate(TemplateRun run, string sign, object? a, object? b)
    {
        try
        {
            return (sign, a, b) switch
            {
                ("+", string s, string t) => Joined(run, s, t),
                ("+", TemplateSequence s, TemplateSequence t)
                    when s.Kind == t.Kind && s.Kind is (TemplateSequenceKind.List or TemplateSequenceKind.Tuple) =>
                    Joined(run, s, t),
                ("*", string s, _) when Whole(b) is long times => Repeated(run, s, times),
                ("*", _, string s) when Whole(a) is long times => Repeated(run, s, times),
                _ when Whole(a) is long x && Whole(b) is long y => Whole(run, sign, x, y),
                _ when Number(a) is double x && Number(b) is double y => Real(run, sign, x, y),
                _ => throw run.Refusal($"{PythonText.TypeOf(a)} {sign} {PythonText.TypeOf(b)} is not supported"),
            };
        }
        catch (OverflowException)
        {
            throw run.Refusal($"a whole number beyond 64 bits comes of {sign}");
        }
    }

    /// <summary>The value as a whole number, which True and False are too, or null.</summary>
    public static long? Whole(object? value) => value switch { long whole => whole, bool truth => truth ? 1 : 0, _ => null };

    /// <summary>The value as a number, or null.</summary>
    public static double? Number(object? value) => value is double real ? real : Whole(value);

    static bool SameText(TemplateRun run, string a, string b)
    {
        run.Charge(a.Length == b.Length ? a.Length : 0);
        return a == b;
    }

    static bool Holds(string sign, int order) =>
        sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };

    static string Joined(TemplateRun run, string a, string b)
    {
        run.Charge((long)a.Length + b.Length);
        return a + b;
    }

    static TemplateSequence Joined(TemplateRun run, TemplateSequence a, TemplateSequence b)
    {
        run.Step((long)a.Items.Count + b.Items.Count);
        return a with { Items = [.. a.Items, .. b.Items] };
    }

    static string Repeated(TemplateRun run, string text, long times)
    {
        if (times <= 0 || text.Length == 0)
            return "";
        run.Charge(times > int.MaxValue ? long.MaxValue / 2 : times * text.Length);
        return string.Concat(Enumerable.Repeat(text, (int)times));
    }

    static object Whole(TemplateRun run, string sign, long a, long b) => sign switch
    {
        "+" => (object)checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "/" or "//" or "%" when b == 0 => throw run.Refusal("a number is divided by zero"),
        "/" => (double)a / b,
        "//" => checked((a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0)),
        "%" => b == -1 ? 0L : a % b is var rest && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest,
        _ => throw run.Refusal($"the operator {sign} is not supported"),
    };

    static double Real(TemplateRun run, string sign, double a, double b) => sign switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" when b == 0 => throw run.Refusal("a number is divided by zero"),
        "/" => a / b,
        _ => throw run.Refusal($"the operator {sign} is not supported for numbers that are not whole"),
    };

    static bool AllEqual(TemplateRun run, TemplateSequence a, TemplateSequence b)
    {
        bool equal = a.Items.Count == b.Items.Count;
        run.Enter();
        for (int i = 0; i < a.Items.Count && equal; i++)
            equal = Equal(run, a.Items[i], b.Items[i]);
        run.Leave();
        return equal;
    }

    static bool AllEqual(TemplateRun run, TemplateMap a, TemplateMap b)
    {
        bool equal = a.Items.Count == b.Items.Count;
        run.Enter();
        for (int i = 0; i < a.Items.Count && equal; i++)
            equal = b.TryGet(a.Items[i].Key, out object? other) && Equal(run, a.Items[i].Value, other);
        run.Leave();
        return equal;
    }
}
