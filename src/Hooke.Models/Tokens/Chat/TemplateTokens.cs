using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>Reads the tokens of the code inside a tag.</summary>
static class TemplateTokens
{
    // Longer ones first.
    static readonly string[] Signs =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=",
        ".", ":", "|", ",",
    ];

    /// <summary>The token at the current place, which is not white space.</summary>
    public static TemplateToken Read(TemplateSource source)
    {
        int line = source.Line;
        if (char.IsAsciiDigit(source.Here))
            return ReadNumber(source, line);
        if (source.Here is '\'' or '"')
            return new(TemplateTokenKind.Text, "", ReadText(source, line), line);
        if (char.IsAsciiLetter(source.Here) || source.Here == '_')
            return new(TemplateTokenKind.Name, Run(source, c => char.IsAsciiLetterOrDigit(c) || c == '_'), null, line);
        foreach (string sign in Signs)
            if (source.StartsWith(sign))
            {
                source.Skip(sign.Length);
                return new(TemplateTokenKind.Sign, sign, null, line);
            }
        throw source.Refusal($"the character {Quote.Of(source.Here.ToString())} is not known here");
    }

    static string Run(TemplateSource source, Func<char, bool> belongs)
    {
        int start = source.At;
        while (!source.IsAtEnd && belongs(source.Here))
            source.Skip(1);
        return source.Text[start..source.At];
    }

    static TemplateToken ReadNumber(TemplateSource source, int line)
    {
        string written = Run(source, char.IsAsciiDigit);
        bool isWhole = true;
        if (source.Here == '.' && source.At + 1 < source.Text.Length && char.IsAsciiDigit(source.Text[source.At + 1]))
        {
            source.Skip(1);
            written += "." + Run(source, char.IsAsciiDigit);
            isWhole = false;
        }
        if (char.IsAsciiLetter(source.Here) || source.Here == '_')
            throw source.Refusal($"a number is written as {Quote.Of(written + source.Here)}, which is not supported");
        if (isWhole && written.Length > 1 && written.Trim('0').Length > 0 && written[0] == '0')
            throw source.Refusal($"a number is written as {Quote.Of(written)}, which is not supported");
        return isWhole && long.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out long whole)
            ? new(TemplateTokenKind.Number, written, whole, line)
            : !isWhole && double.TryParse(
                written, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double real)
            && double.IsFinite(real)
                ? new(TemplateTokenKind.Number, written, real, line)
                : throw source.Refusal($"the number {Quote.Of(written)} is too large");
    }

    static string ReadText(TemplateSource source, int line)
    {
        char quote = source.Here;
        StringBuilder text = new();
        for (source.Skip(1); source.Here != quote; source.Skip(1))
        {
            if (source.IsAtEnd)
                throw source.Refusal(line, $"a text is not closed with {quote}");
            if (source.Here != '\\')
            {
                _ = text.Append(source.Here);
                continue;
            }
            source.Skip(1);
            Escape(source, text);
        }
        source.Skip(1);
        string read = text.ToString();
        return PythonStrings.IsUnicode(read) ? read
            : throw source.Refusal(line, "a text holds half a surrogate pair");
    }

    /// <summary>Adds what an escape stands for; the current place is the character after the backslash, and stays.</summary>
    static void Escape(TemplateSource source, StringBuilder text)
    {
        char escape = source.Here;
        const string Named = "abfnrtv\\'\"";
        const string Values = "\a\b\f\n\r\t\v\\'\"";
        if (Named.IndexOf(escape, StringComparison.Ordinal) is >= 0 and int named)
            _ = text.Append(Values[named]);
        else if (escape is 'x' or 'u' or 'U')
            AppendCode(source, text, escape switch { 'x' => 2, 'u' => 4, _ => 8 });
        else if (escape is 'N' or (>= '0' and <= '7'))
            throw source.Refusal($"the escape \\{escape} is not supported");
        else if (escape != '\n')
            _ = text.Append('\\').Append(escape);
    }

    static void AppendCode(TemplateSource source, StringBuilder text, int digits)
    {
        ReadOnlySpan<char> rest = source.Text.AsSpan(source.At + 1);
        if (rest.Length < digits || !int.TryParse(
            rest[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code)
            || code is < 0 or > 0x10FFFF)
            throw source.Refusal($"the escape \\{source.Here} needs {digits} hexadecimal digits of a character");
        source.Skip(digits);
        _ = code < 0x10000 ? text.Append((char)code) : text.Append(new Rune(code).ToString());
    }
}
