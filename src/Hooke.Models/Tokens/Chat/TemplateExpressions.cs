namespace Hooke.Models;

/// <summary>Something in a template that has a value.</summary>
abstract class TemplateExpression(int line)
{
    public int Line => line;

    public object? Evaluate(TemplateRun run)
    {
        run.Line = line;
        run.Enter();
        object? value = Value(run);
        run.Leave();
        return value;
    }

    protected abstract object? Value(TemplateRun run);
}

sealed class LiteralExpression(int line, object? value) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) => value;
}

sealed class NameExpression(int line, string name) : TemplateExpression(line)
{
    public string Name => name;

    protected override object? Value(TemplateRun run) =>
        run.Scope.TryGet(name, out object? value) ? value : TemplateFunctions.Global(run, name);
}

sealed class SequenceExpression(int line, IReadOnlyList<TemplateExpression> items, TemplateSequenceKind kind)
    : TemplateExpression(line)
{
    public IReadOnlyList<TemplateExpression> Items => items;

    protected override object? Value(TemplateRun run) =>
        new TemplateSequence([.. items.Select(item => item.Evaluate(run))], kind);
}

sealed class MapExpression(int line, IReadOnlyList<(TemplateExpression Key, TemplateExpression Value)> items)
    : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        TemplateMap map = new();
        foreach ((TemplateExpression key, TemplateExpression value) in items)
        {
            string name = key.Evaluate(run) as string ?? throw run.Refusal("a key of a mapping is not text");
            run.Read(name);
            map.Set(name, value.Evaluate(run));
        }
        return map;
    }
}

/// <summary><c>value if test else otherwise</c>; without else it is nothing.</summary>
sealed class ConditionExpression(
    int line, TemplateExpression value, TemplateExpression test, TemplateExpression? otherwise) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) => PythonOperators.IsTrue(test.Evaluate(run))
        ? value.Evaluate(run)
        : otherwise is null ? new TemplateUndefined("an if without else") : otherwise.Evaluate(run);
}

/// <summary><c>and</c> and <c>or</c>, which give one of their sides.</summary>
sealed class LogicExpression(int line, bool isAnd, TemplateExpression left, TemplateExpression right)
    : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        object? first = left.Evaluate(run);
        return PythonOperators.IsTrue(first) == isAnd ? right.Evaluate(run) : first;
    }
}

sealed class NotExpression(int line, TemplateExpression operand) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) => !PythonOperators.IsTrue(operand.Evaluate(run));
}

sealed class SignExpression(int line, string sign, TemplateExpression operand) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) =>
        operand.Evaluate(run) is var value && value is long or double or bool
            ? PythonOperators.Calculate(run, sign, 0L, value)
            : throw run.Refusal($"{sign} before {PythonText.TypeOf(value)} is not supported");
}

/// <summary>One of + - * / // %.</summary>
sealed class CalculationExpression(int line, string sign, TemplateExpression left, TemplateExpression right)
    : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run) =>
        PythonOperators.Calculate(run, sign, left.Evaluate(run), right.Evaluate(run));
}

/// <summary><c>a ~ b ~ c</c>: the texts of all, joined.</summary>
sealed class JoinExpression(int line, IReadOnlyList<TemplateExpression> parts) : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        string[] texts = [.. parts.Select(part => PythonText.Of(run, part.Evaluate(run)))];
        run.Charge(texts.Sum(text => (long)text.Length));
        return string.Concat(texts);
    }
}

/// <summary><c>a &lt; b &lt;= c</c>: all hold; each side is worked out once, and none after one that fails.</summary>
sealed class ComparisonExpression(
    int line, TemplateExpression first, IReadOnlyList<(string Sign, TemplateExpression Right)> rest)
    : TemplateExpression(line)
{
    protected override object? Value(TemplateRun run)
    {
        object? left = first.Evaluate(run);
        foreach ((string sign, TemplateExpression next) in rest)
        {
            object? right = next.Evaluate(run);
            bool holds = sign switch
            {
                "==" => PythonOperators.Equal(run, left, right),
                "!=" => !PythonOperators.Equal(run, left, right),
                "in" => PythonOperators.Contains(run, right, left),
                "not in" => !PythonOperators.Contains(run, right, left),
                _ => PythonOperators.Compare(run, sign, left, right),
            };
            if (!holds)
                return false;
            left = right;
        }
        return true;
    }
}
