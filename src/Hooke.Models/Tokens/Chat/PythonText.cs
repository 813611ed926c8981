using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>How Python writes values: <c>str</c> and <c>repr</c>.</summary>
static class PythonText
{
    /// <summary>What printing a value gives.</summary>
    public static string Of(TemplateRun run, object? value)
    {
        if (value is string text)
            return text;
        if (value is TemplateUndefined)
            return "";
        StringBuilder into = new();
        Append(run, value, into);
        return into.ToString();
    }

    /// <summary>What Python calls the type of a value, for messages.</summary>
    public static string TypeOf(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or double => "a number",
        string => "text",
        TemplateMap => "a mapping",
        TemplateSequence { Kind: TemplateSequenceKind.List } => "a list",
        TemplateSequence { Kind: TemplateSequenceKind.Tuple } => "a tuple",
        TemplateSequence { Kind: TemplateSequenceKind.Range } => "a range",
        TemplateSequence => "a view",
        TemplateIterator => "the items of a filter",
        TemplateFunction function => $"the function {function.Name}",
        TemplateNamespace => "a namespace",
        TemplateLoop => "the loop",
        TemplateUndefined undefined => $"{undefined.What}, which is not defined",
        _ => throw new InvalidOperationException($"Bug in Hooke: a template holds a {value.GetType()}."),
    };

    /// <summary>The shortest decimal that reads as the same number, written as Python does.</summary>
    public static string OfNumber(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        string[] parts = Scientific(value).Split('E');
        string sign = parts[0].StartsWith('-') ? "-" : "";
        string digits = parts[0].TrimStart('-').Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        digits = digits.Length == 0 ? "0" : digits;
        int exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}"
                + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary>The shortest digits that read as the same number, with an exponent: 1.25E+3.</summary>
    static string Scientific(double value)
    {
        for (int digits = 0; digits < 16; digits++)
        {
            string written = value.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(written, CultureInfo.InvariantCulture).Equals(value))
                return written;
        }
        return value.ToString("E16", CultureInfo.InvariantCulture);
    }

    static void Append(TemplateRun run, object? value, StringBuilder into)
    {
        run.Enter();
        int before = into.Length;
        _ = value switch
        {
            null => into.Append("None"),
            bool truth => into.Append(truth ? "True" : "False"),
            long whole => into.Append(CultureInfo.InvariantCulture, $"{whole}"),
            double real => into.Append(OfNumber(real)),
            string text => AppendQuoted(text, into),
            TemplateUndefined => into.Append("Undefined"),
            TemplateMap map => AppendItems(
                run, map.Items, item => { _ = AppendQuoted(item.Key, into).Append(": "); Append(run, item.Value, into); },
                "{", "}", into),
            TemplateSequence { Kind: TemplateSequenceKind.List } list => AppendItems(
                run, list.Items, item => Append(run, item, into), "[", "]", into),
            TemplateSequence { Kind: TemplateSequenceKind.Tuple } tuple => AppendItems(
                run, tuple.Items, item => Append(run, item, into), "(", tuple.Items.Count == 1 ? ",)" : ")", into),
            _ => throw run.Refusal($"{TypeOf(value)} cannot be printed"),
        };
        run.Charge(value is TemplateMap or TemplateSequence ? 1 : into.Length - before);
        run.Leave();
    }

    static StringBuilder AppendItems<T>(
        TemplateRun run, IReadOnlyList<T> items, Action<T> append, string open, string close, StringBuilder into)
    {
        _ = into.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            run.Step();
            _ = into.Append(i > 0 ? ", " : "");
            append(items[i]);
        }
        return into.Append(close);
    }

    static StringBuilder AppendQuoted(string text, StringBuilder into)
    {
        bool isDouble = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal);
        char quote = isDouble ? '"' : '\'';
        _ = into.Append(quote);
        foreach (Rune rune in text.EnumerateRunes())
            _ = rune.Value switch
            {
                '\n' => into.Append("\\n"),
                '\r' => into.Append("\\r"),
                '\t' => into.Append("\\t"),
                '\\' => into.Append("\\\\"),
                int code when code == quote => into.Append('\\').Append(quote),
                _ when IsPrintable(rune) => into.Append(rune.ToString()),
                < 0x100 => into.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                < 0x10000 => into.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => into.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        return into.Append(quote);
    }

    static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
