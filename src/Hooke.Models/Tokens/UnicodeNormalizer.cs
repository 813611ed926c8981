using System.Text;

namespace Hooke.Models;

/// <summary>The Unicode normalization forms C, D, KC and KD. Source: Unicode Standard Annex 15.</summary>
/// <remarks>
/// The runtime's own normalization leaves text as it is where globalization is invariant, as it is here.
/// </remarks>
sealed class UnicodeNormalizer(bool compose, bool compatible) : INormalizer
{
    public AlignedText Apply(AlignedText text)
    {
        string all = text.Text;
        if (all.AsSpan().IndexOfAnyExceptInRange('\0', compatible || !compose ? '\u009F' : '\u02FF') < 0)
            return text; // nothing below these changes
        List<AlignedText.Edit> edits = [];
        int start = 0;
        for (int at = 0, next; at < all.Length; at = next)
        {
            next = at + (char.IsHighSurrogate(all[at]) ? 2 : 1);
            if (next < all.Length && !UnicodeDecompositions.BeginsAnew(Rune.GetRuneAt(all, next), compatible))
                continue;
            string stretch = all[start..next], normal = Normal(stretch);
            if (normal != stretch)
                edits.Add(new(start, next, normal));
            start = next;
        }
        return text.Edited(edits);
    }

    string Normal(string stretch)
    {
        List<Rune> runes = [];
        foreach (Rune rune in stretch.EnumerateRunes())
            UnicodeDecompositions.Decompose(rune, compatible, runes);
        Reorder(runes);
        if (compose)
            Compose(runes);
        StringBuilder text = new();
        foreach (Rune rune in runes)
            _ = text.Append(rune.ToString());
        return text.ToString();
    }

    /// <summary>Sorts every run of combining marks by class, stably.</summary>
    static void Reorder(List<Rune> runes)
    {
        for (int start = 0, end; start < runes.Count; start = end + 1)
        {
            end = start;
            while (end < runes.Count && UnicodeDecompositions.ClassOf(runes[end]) != 0)
                end++;
            Rune[] sorted = [.. runes[start..end].OrderBy(UnicodeDecompositions.ClassOf)];
            for (int i = start; i < end; i++)
                runes[i] = sorted[i - start];
        }
    }

    /// <summary>
    /// Joins each starter with the marks after it that are not blocked by another of at least their class.
    /// </summary>
    static void Compose(List<Rune> runes)
    {
        int starter = -1, kept = 0, classBefore = 0; // 0 with kept == starter + 1: nothing between
        for (int i = 0; i < runes.Count; i++)
        {
            Rune rune = runes[i];
            int classHere = UnicodeDecompositions.ClassOf(rune);
            bool reaches = starter >= 0 && (kept == starter + 1 || (classBefore != 0 && classBefore < classHere));
            if (reaches && UnicodeDecompositions.Composed(runes[starter], rune) is Rune joined)
            {
                runes[starter] = joined;
                continue;
            }
            if (classHere == 0)
                starter = kept;
            classBefore = classHere;
            runes[kept++] = rune;
        }
        runes.RemoveRange(kept, runes.Count - kept);
    }
}
