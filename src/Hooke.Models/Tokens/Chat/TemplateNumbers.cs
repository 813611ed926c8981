using System.Globalization;

namespace Hooke.Models;

/// <summary>The filters that turn values into numbers.</summary>
static class TemplateNumbers
{
    const double LargestWhole = 9e18;

    /// <summary><c>value | int(default)</c>: what cannot be read as a number is the default, 0.</summary>
    public static object? Whole(TemplateRun run, object? value, TemplateArguments all)
    {
        object? otherwise = all.Bind(run, "int", "default")[0];
        object? read = value switch
        {
            TemplateUndefined undefined => throw run.Refusal($"{undefined.What} is not defined, and so no number"),
            string text when ReadWhole(text) is long whole => (object)whole,
            string text => ReadReal(run, text),
            _ => (object?)PythonOperators.Whole(value) ?? value as double?,
        };
        if (read is double real)
            read = Math.Abs(real) < LargestWhole ? (long)Math.Truncate(real)
                : double.IsFinite(real) ? throw run.Refusal("int makes a whole number beyond 64 bits") : null;
        return read ?? (otherwise == TemplateArguments.NotGiven ? 0L : otherwise);
    }

    /// <summary><c>value | float(default)</c>: what cannot be read as a number is the default, 0.</summary>
    public static object? Real(TemplateRun run, object? value, TemplateArguments all)
    {
        object? otherwise = all.Bind(run, "float", "default")[0];
        double? read = value switch
        {
            TemplateUndefined undefined => throw run.Refusal($"{undefined.What} is not defined, and so no number"),
            string text => ReadReal(run, text),
            _ => PythonOperators.Number(value),
        };
        return read ?? (otherwise == TemplateArguments.NotGiven ? 0.0 : otherwise);
    }

    static long? ReadWhole(string text) =>
        long.TryParse(Trimmed(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? whole : null;

    static double? ReadReal(TemplateRun run, string text)
    {
        string trimmed = Trimmed(text);
        if (trimmed.TrimStart('+', '-').ToUpperInvariant() is "INF" or "INFINITY" or "NAN")
            throw run.Refusal($"the text {Quote.Of(trimmed)} is not read as a number");
        return double.TryParse(
            trimmed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double real) ? real : null;
    }

    static string Trimmed(string text) => PythonStrings.Strip(text, null);
}
