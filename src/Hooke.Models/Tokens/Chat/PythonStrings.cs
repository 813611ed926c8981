using System.Buffers;
using System.Text;

namespace Hooke.Models;

/// <summary>What Python's text functions do, counted in code points.</summary>
static class PythonStrings
{
    const string White = "\t\n\v\f\r\u001C\u001D\u001E\u001F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
        + "\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";

    static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001C\u001D\u001E\u0085\u2028\u2029");

    public static SearchValues<char> Spaces { get; } = SearchValues.Create(White);

    public static bool IsSpace(char c) => Spaces.Contains(c);

    public static bool IsUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
                return false;
        return true;
    }

    public static int Length(string text)
    {
        int length = text.Length;
        foreach (char c in text)
            length -= char.IsLowSurrogate(c) ? 1 : 0;
        return length;
    }

    /// <summary>The characters, one text for each.</summary>
    public static List<string> Characters(string text)
    {
        List<string> characters = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            characters.Add(rune.ToString());
        return characters;
    }

    /// <summary>Takes white space, or what is among the characters given, off the ends.</summary>
    public static string Strip(string text, string? characters, bool left = true, bool right = true)
    {
        HashSet<Rune>? set = characters is null ? null : [.. characters.EnumerateRunes()];
        int start = 0, end = text.Length;
        while (left && start < end && Goes(Rune.GetRuneAt(text, start), out int length))
            start += length;
        while (right && start < end
            && Goes(Rune.GetRuneAt(text, end - (char.IsLowSurrogate(text[end - 1]) ? 2 : 1)), out int length))
            end -= length;
        return text[start..end];

        bool Goes(Rune rune, out int length)
        {
            length = rune.Utf16SequenceLength;
            return set?.Contains(rune) ?? (rune.IsBmp && IsSpace((char)rune.Value));
        }
    }

    /// <summary>The parts between separators, or between runs of white space, which leave no empty parts.</summary>
    public static List<string> Split(string text, string? separator, long most, bool fromRight)
    {
        List<string> parts = [];
        if (fromRight)
            SplitFromRight(text, separator, most, parts);
        else
            SplitFromLeft(text, separator, most, parts);
        return parts;
    }

    static void SplitFromLeft(string text, string? separator, long most, List<string> parts)
    {
        int start = separator is null ? NextWord(text, 0) : 0;
        while (start < text.Length || separator is not null)
        {
            int at = parts.Count == most ? -1
                : separator is null ? IndexOfSpace(text, start) : text.IndexOf(separator, start, StringComparison.Ordinal);
            if (at < 0)
            {
                parts.Add(separator is null && parts.Count < most ? text[start..].TrimEnd([.. White]) : text[start..]);
                return;
            }
            parts.Add(text[start..at]);
            start = separator is null ? NextWord(text, at) : at + separator.Length;
        }
    }

    static void SplitFromRight(string text, string? separator, long most, List<string> parts)
    {
        int end = separator is null ? LastWordEnd(text, text.Length) : text.Length;
        while (end > 0 || separator is not null)
        {
            ReadOnlySpan<char> rest = text.AsSpan(0, end);
            int at = parts.Count == most ? -1 : separator is null ? rest.LastIndexOfAny(Spaces)
                : rest.LastIndexOf(separator, StringComparison.Ordinal);
            if (at < 0)
            {
                parts.Add(separator is null && parts.Count < most ? text[..end].TrimStart([.. White]) : text[..end]);
                break;
            }
            parts.Add(text[(at + (separator?.Length ?? 1))..end]);
            end = separator is null ? LastWordEnd(text, at) : at;
        }
        parts.Reverse();
    }

    static int NextWord(string text, int at)
    {
        int skip = text.AsSpan(at).IndexOfAnyExcept(Spaces);
        return skip < 0 ? text.Length : at + skip;
    }

    static int IndexOfSpace(string text, int start)
    {
        int at = text.AsSpan(start).IndexOfAny(Spaces);
        return at < 0 ? -1 : start + at;
    }

    static int LastWordEnd(string text, int end) => text.AsSpan(0, end).LastIndexOfAnyExcept(Spaces) + 1;

    public static List<string> SplitLines(string text)
    {
        List<string> lines = [];
        for (int start = 0, at; start < text.Length; start = at)
        {
            at = text.AsSpan(start).IndexOfAny(LineEnds);
            lines.Add(at < 0 ? text[start..] : text[start..(start + at)]);
            at = at < 0 ? text.Length : start + at + 1;
            if (at < text.Length && text[at - 1] == '\r' && text[at] == '\n')
                at++;
        }
        return lines;
    }

    /// <summary>Replaces the first so many places, or all where <paramref name="most"/> is negative.</summary>
    public static string Replace(TemplateRun run, string text, string old, string with, long most)
    {
        if (old.Length == 0)
            throw run.Refusal("replacing the empty text is not supported");
        StringBuilder replaced = new();
        int start = 0;
        for (int at; most != 0 && (at = text.IndexOf(old, start, StringComparison.Ordinal)) >= 0; most--)
        {
            run.Charge(with.Length);
            _ = replaced.Append(text, start, at - start).Append(with);
            start = at + old.Length;
        }
        return replaced.Append(text, start, text.Length - start).ToString();
    }

    /// <summary>Where a text has another, in characters; -1 where it does not.</summary>
    public static long Find(string text, string other)
    {
        int at = text.IndexOf(other, StringComparison.Ordinal);
        return at < 0 ? -1 : Length(text[..at]);
    }

    public static int Count(string text, string other)
    {
        int count = 0;
        for (int at = 0; (at = text.IndexOf(other, at, StringComparison.Ordinal)) >= 0; at += other.Length)
            count++;
        return count;
    }

    /// <summary>Greater, equal or less, by code points.</summary>
    public static int Compare(string a, string b)
    {
        for (int i = 0; i < a.Length && i < b.Length; i++)
            if (a[i] != b[i])
                return char.IsSurrogate(a[i]) == char.IsSurrogate(b[i]) ? a[i].CompareTo(b[i])
                    : char.IsSurrogate(a[i]) ? 1 : -1;
        return a.Length.CompareTo(b.Length);
    }
}
