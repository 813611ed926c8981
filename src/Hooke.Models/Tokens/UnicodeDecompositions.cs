using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>
/// Decompositions, compositions and combining classes, from the table beside this file and Hangul arithmetic.
/// </summary>
static class UnicodeDecompositions
{
    const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7;
    const int VowelCount = 21, TrailCount = 28, SyllableCount = 19 * VowelCount * TrailCount;

    static readonly Dictionary<int, int[]> Canonical = [];
    static readonly Dictionary<int, int[]> Compatible = [];
    static readonly Dictionary<(int, int), int> Compositions = [];
    static readonly HashSet<int> SecondOfComposition = [];
    static readonly Dictionary<int, int> Classes = [];

    static UnicodeDecompositions()
    {
        const string Resource = "Hooke.Models.Tokens.unicode-decompositions.txt";
        using Stream stream = typeof(UnicodeDecompositions).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"Bug in Hooke: the resource {Resource} is missing.");
        using StreamReader lines = new(stream);
        while (lines.ReadLine() is string line)
            if (line.StartsWith("ccc ", StringComparison.Ordinal))
                ReadClass(line.Split(' '));
            else if (line[0] != '#')
                ReadDecomposition(line);
    }

    /// <summary>The canonical combining class; 0 for a starter.</summary>
    public static int ClassOf(Rune rune) => Classes.GetValueOrDefault(rune.Value);

    /// <summary>Whether nothing before a character can change it or be changed by it.</summary>
    public static bool BeginsAnew(Rune rune, bool compatible)
    {
        if (rune.Value < 0x300)
            return true;
        List<Rune> parts = [];
        Decompose(rune, compatible, parts);
        int first = parts[0].Value;
        return ClassOf(parts[0]) == 0 && !SecondOfComposition.Contains(first)
            && first is < Vowels or >= Trails + TrailCount;
    }

    /// <summary>Adds the full decomposition of a character.</summary>
    public static void Decompose(Rune rune, bool compatible, List<Rune> into)
    {
        int syllable = rune.Value - Syllables;
        if (syllable is >= 0 and < SyllableCount)
        {
            into.Add(new(Leads + syllable / (VowelCount * TrailCount)));
            into.Add(new(Vowels + syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount != 0)
                into.Add(new(Trails + syllable % TrailCount));
        }
        else if (Canonical.TryGetValue(rune.Value, out int[]? parts)
            || (compatible && Compatible.TryGetValue(rune.Value, out parts)))
            foreach (int part in parts)
                Decompose(new(part), compatible, into);
        else
            into.Add(rune);
    }

    /// <summary>The one character that two neighbours make, or null.</summary>
    public static Rune? Composed(Rune first, Rune second)
    {
        int lead = first.Value - Leads, vowel = second.Value - Vowels;
        if (lead is >= 0 and < 19 && vowel is >= 0 and < VowelCount)
            return new(Syllables + (lead * VowelCount + vowel) * TrailCount);
        int syllable = first.Value - Syllables, trail = second.Value - Trails;
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
            return new(first.Value + trail);
        return Compositions.TryGetValue((first.Value, second.Value), out int both) ? new Rune(both) : null;
    }

    static void ReadDecomposition(string line)
    {
        int mark = line.AsSpan().IndexOfAny("=!~");
        int code = Hex(line.AsSpan(0, mark));
        int[] parts = [.. line[(mark + 1)..].Split(' ').Select(part => Hex(part))];
        (line[mark] == '~' ? Compatible : Canonical).Add(code, parts);
        if (line[mark] == '=')
        {
            Compositions.Add((parts[0], parts[1]), code);
            _ = SecondOfComposition.Add(parts[1]);
        }
    }

    static void ReadClass(string[] words)
    {
        int number = int.Parse(words[1], CultureInfo.InvariantCulture);
        foreach (string range in words.Skip(2))
        {
            int dash = range.IndexOf('-', StringComparison.Ordinal);
            for (int code = Hex(range.AsSpan(0, dash)); code <= Hex(range.AsSpan(dash + 1)); code++)
                Classes.Add(code, number);
        }
    }

    static int Hex(ReadOnlySpan<char> text) =>
        int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
