namespace Hooke.Models;

/// <summary>Upper and lower case of ASCII text; other letters are refused, for their rules are many.</summary>
static class PythonCase
{
    public static string Upper(TemplateRun run, string text) => Ascii(run, text).ToUpperInvariant();

    public static string Lower(TemplateRun run, string text) => Ascii(run, text).ToLowerInvariant();

    /// <summary>The first character upper, the others lower.</summary>
    public static string Capitalize(TemplateRun run, string text) =>
        text.Length == 0 ? "" : Upper(run, text[..1]) + Lower(run, text[1..]);

    /// <summary>Every word with its first letter upper: words begin after spaces, hyphens and opening brackets.</summary>
    public static string Title(TemplateRun run, string text) => Words(
        run, text, before => PythonStrings.IsSpace(before) || before is '-' or '(' or '{' or '[' or '<');

    /// <summary>Every word with its first letter upper, as Python's own method does: words are runs of letters.</summary>
    public static string TitleByLetters(TemplateRun run, string text) =>
        Words(run, text, before => !char.IsAsciiLetter(before));

    static string Words(TemplateRun run, string text, Func<char, bool> beginsAfter)
    {
        char[] characters = Lower(run, text).ToCharArray();
        for (int i = 0; i < characters.Length; i++)
            if (i == 0 || beginsAfter(characters[i - 1]))
                characters[i] = char.ToUpperInvariant(characters[i]);
        return new(characters);
    }

    static string Ascii(TemplateRun run, string text) => System.Text.Ascii.IsValid(text)
        ? text
        : throw run.Refusal($"the case of {Quote.Of(text)} cannot be changed: only ASCII text is supported there");
}
