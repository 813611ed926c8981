using System.Text;

namespace Hooke.Models;

/// <summary>What a normalizer replaces or a pre-tokenizer splits at.</summary>
abstract class TextPattern
{
    /// <summary>The matches, from left to right, disjoint.</summary>
    public abstract IReadOnlyList<(int Start, int End)> Find(string text);

    /// <summary>Reads `{"String": text}` or `{"Regex": pattern}`.</summary>
    public static TextPattern Read(JsonPart part)
    {
        JsonPart pattern = part.Part("pattern");
        string? literal = pattern.TextOrNull("String"), regex = pattern.TextOrNull("Regex");
        pattern.Close();
        return (literal, regex) switch
        {
            (string text, null) => new LiteralPattern(text),
            (null, string text) => new RegexPattern(text, part),
            _ => throw part.Refusal("needs a \"pattern\" with either \"String\" or \"Regex\""),
        };
    }
}

/// <summary>Matches a literal text; an empty one matches nowhere.</summary>
sealed class LiteralPattern(string literal) : TextPattern
{
    public override IReadOnlyList<(int Start, int End)> Find(string text)
    {
        List<(int, int)> found = [];
        if (literal.Length > 0)
            for (int at = 0; (at = text.IndexOf(literal, at, StringComparison.Ordinal)) >= 0; at += literal.Length)
                found.Add((at, at + literal.Length));
        return found;
    }
}

/// <summary>Matches every single character of a class.</summary>
sealed class CharacterPattern(Func<Rune, bool> belongs) : TextPattern
{
    public override IReadOnlyList<(int Start, int End)> Find(string text)
    {
        List<(int, int)> found = [];
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (belongs(rune))
                found.Add((at, at + rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }
        return found;
    }
}
