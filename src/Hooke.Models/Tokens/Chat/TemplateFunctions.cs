using System.Globalization;

namespace Hooke.Models;

/// <summary>The functions that are there in every template.</summary>
static class TemplateFunctions
{
    const string Dated = "aAbBdjmyY%";

    static readonly Dictionary<string, TemplateFunction> Known = new TemplateFunction[]
    {
        new("raise_exception", (run, all) => throw run.Refusal(
            $"the template refuses these messages: {PythonText.Of(run, all.Only(run, "raise_exception", "message"))
                .TrimEnd('.')}")),
        new("range", (run, all) => Range(run, all)),
        new("namespace", (run, all) =>
        {
            TemplateNamespace made = new();
            Named(run, "namespace", all, (name, value) => made.Names[name] = value);
            return made;
        }),
        new("dict", (run, all) =>
        {
            TemplateMap made = new();
            Named(run, "dict", all, made.Set);
            return made;
        }),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    static readonly TemplateFunction Today = new("strftime_now", (run, all) =>
        Formatted(run, run.Date!.Value, PythonText.Of(run, all.Only(run, "strftime_now", "format"))));

    /// <summary>What a name stands for that was not set: a function, or nothing.</summary>
    public static object Global(TemplateRun run, string name) =>
        Known.TryGetValue(name, out TemplateFunction? function) ? function
        : name == Today.Name && run.Date is not null ? Today
        : name is "lipsum" or "cycler" or "joiner" ? throw run.Refusal($"the function {name} is not supported")
        : new TemplateUndefined(name == Today.Name
            ? "strftime_now, today's date, unless a date is given (it would change the tokens from day to day)"
            : $"the name {Quote.Of(name)}");

    static TemplateSequence Range(TemplateRun run, TemplateArguments all)
    {
        object?[] bound = all.Bind(run, "range", "start", "stop", "step");
        long?[] given = [.. bound.Select(PythonOperators.Whole)];
        for (int i = 0; i < 3; i++)
            if (given[i] is null && (bound[i] != TemplateArguments.NotGiven || i == 0))
                throw run.Refusal("range needs whole numbers");
        long first = given[0]!.Value;
        (long start, long stop, long step) = given[1] is long end ? (first, end, given[2] ?? 1) : (0, first, 1);
        if (step == 0)
            throw run.Refusal("range is given the step 0");
        List<object?> items = [];
        for (Int128 at = start; step > 0 ? at < stop : at > stop; at += step)
        {
            run.Step();
            items.Add((long)at);
        }
        return new TemplateSequence(items, TemplateSequenceKind.Range);
    }

    static void Named(TemplateRun run, string function, TemplateArguments all, Action<string, object?> set)
    {
        if (all.InOrder is [TemplateMap from])
            foreach ((string name, object? value) in from.Items)
                set(name, value);
        else if (all.InOrder.Count > 0)
            throw run.Refusal($"{function} takes named arguments only");
        foreach ((string name, object? value) in all.Named)
            set(name, value);
    }

    static string Formatted(TemplateRun run, DateOnly date, string format)
    {
        System.Text.StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                _ = text.Append(format[i]);
                continue;
            }
            char field = ++i < format.Length ? format[i] : '\0';
            if (!Dated.Contains(field, StringComparison.Ordinal))
                throw run.Refusal($"strftime_now is asked for %{field}, which is not supported; supported are "
                    + string.Join(", ", Dated.Select(known => $"%{known}")));
            _ = text.Append(Field(date, field));
        }
        return run.Made(text.ToString());
    }

    static string Field(DateOnly date, char field) => field switch
    {
        '%' => "%",
        'j' => date.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        _ => date.ToString(
            field switch
            {
                'a' => "ddd",
                'A' => "dddd",
                'b' => "MMM",
                'B' => "MMMM",
                'd' => "dd",
                'm' => "MM",
                'y' => "yy",
                _ => "yyyy",
            },
            CultureInfo.InvariantCulture),
    };
}
