namespace Hooke.Models;

/// <summary>What may stand after <c>is</c>.</summary>
static class TemplateTests
{
    static readonly string[] Plain =
    [
        "defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping",
        "iterable", "sequence", "callable", "even", "odd",
    ];

    static readonly Dictionary<string, string> Signs = new(StringComparer.Ordinal)
    {
        ["=="] = "==",
        ["!="] = "!=",
        ["<"] = "<",
        ["<="] = "<=",
        [">"] = ">",
        [">="] = ">=",
        ["eq"] = "==",
        ["equalto"] = "==",
        ["ne"] = "!=",
        ["lt"] = "<",
        ["lessthan"] = "<",
        ["le"] = "<=",
        ["gt"] = ">",
        ["greaterthan"] = ">",
        ["ge"] = ">=",
        ["in"] = "in",
        ["divisibleby"] = "%",
    };

    public static bool Holds(TemplateRun run, string name, object? value, TemplateArguments all)
    {
        if (Signs.TryGetValue(name, out string? sign))
            return Compares(run, sign, value, all.Only(run, $"the test {name}", "other"));
        if (!Plain.Contains(name, StringComparer.Ordinal))
            throw run.Refusal($"the test {Quote.Of(name)} is not supported; supported are "
                + string.Join(", ", Plain.Concat(Signs.Keys)));
        all.RequireNone(run, $"the test {name}");
        return name switch
        {
            "defined" => value is not TemplateUndefined,
            "undefined" => value is TemplateUndefined,
            "none" => value is null,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "integer" => value is long,
            "float" => value is double,
            "number" => value is long or double or bool,
            "string" => value is string,
            "mapping" => value is TemplateMap,
            "callable" => value is TemplateFunction or TemplateUndefined,
            "iterable" => value is string or TemplateSequence or TemplateMap or TemplateIterator or TemplateUndefined
                or TemplateLoop,
            "sequence" => value is string or TemplateMap or TemplateSequence { Kind: not TemplateSequenceKind.View }
                or TemplateUndefined,
            _ => Remainder(run, name, value, 2L) == (name == "odd" ? 1 : 0),
        };
    }

    static bool Compares(TemplateRun run, string sign, object? value, object? other) => sign switch
    {
        "==" => PythonOperators.Equal(run, value, other),
        "!=" => !PythonOperators.Equal(run, value, other),
        "in" => PythonOperators.Contains(run, other, value),
        "%" => Remainder(run, "divisibleby", value, other) == 0,
        _ => PythonOperators.Compare(run, sign, value, other),
    };

    static long Remainder(TemplateRun run, string name, object? value, object? by) =>
        PythonOperators.Whole(value) is long whole && PythonOperators.Whole(by) is long divisor
            ? (long)PythonOperators.Calculate(run, "%", whole, divisor)
            : throw run.Refusal($"the test {name} needs whole numbers, but is given {PythonText.TypeOf(value)}");
}
