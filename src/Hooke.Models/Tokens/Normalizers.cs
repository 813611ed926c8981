namespace Hooke.Models;

/// <summary>Changes text before it is split.</summary>
interface INormalizer
{
    AlignedText Apply(AlignedText text);
}

/// <summary>Reads the "normalizer" of a tokenizer.json.</summary>
static class Normalizers
{
    public static INormalizer Read(JsonPart part)
    {
        INormalizer normalizer = part.Kind switch
        {
            "Sequence" => new NormalizerSequence([.. part.Parts("normalizers").Select(Read)]),
            "Prepend" => new Prepend(part.Text("prepend") is { Length: <= Trie.LongestWord } prefix ? prefix
                : throw part.Refusal($"has a \"prepend\" of more than {Trie.LongestWord} characters")),
            "Replace" => new ReplaceText(TextPattern.Read(part), part.Text("content")),
            "NFC" => new UnicodeNormalizer(compose: true, compatible: false),
            "NFD" => new UnicodeNormalizer(compose: false, compatible: false),
            "NFKC" => new UnicodeNormalizer(compose: true, compatible: true),
            "NFKD" => new UnicodeNormalizer(compose: false, compatible: true),
            "Lowercase" => new Lowercase(),
            "Strip" => new StripSpaces(part.Flag("strip_left", true), part.Flag("strip_right", true)),
            _ => throw part.UnknownKind(
                "Sequence", "Prepend", "Replace", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip"),
        };
        part.Close();
        return normalizer;
    }
}

/// <summary>Normalizers one after the other.</summary>
sealed class NormalizerSequence(INormalizer[] normalizers) : INormalizer
{
    public AlignedText Apply(AlignedText text) =>
        normalizers.Aggregate(text, (changed, normalizer) => normalizer.Apply(changed));
}

/// <summary>Puts a prefix before text that is not empty.</summary>
sealed class Prepend(string prefix) : INormalizer
{
    public AlignedText Apply(AlignedText text) => text.Text.Length == 0 ? text : text.Prefixed(prefix);
}

/// <summary>Replaces every match by a fixed text.</summary>
sealed class ReplaceText(TextPattern pattern, string content) : INormalizer
{
    public AlignedText Apply(AlignedText text) => text.Edited(
        [.. pattern.Find(text.Text).Select(match => new AlignedText.Edit(match.Start, match.End, content))]);
}

/// <summary>Lower case, character by character and whatever the culture.</summary>
sealed class Lowercase : INormalizer
{
    public AlignedText Apply(AlignedText text)
    {
        List<AlignedText.Edit> edits = [];
        int at = 0;
        foreach (System.Text.Rune rune in text.Text.EnumerateRunes())
        {
            int end = at + rune.Utf16SequenceLength;
            string lower = rune.Value == 0x130 ? "i\u0307" : System.Text.Rune.ToLowerInvariant(rune).ToString();
            if (!text.Text.AsSpan(at, end - at).SequenceEqual(lower))
                edits.Add(new(at, end, lower));
            at = end;
        }
        return text.Edited(edits);
    }
}

/// <summary>Takes white space off the ends.</summary>
sealed class StripSpaces(bool left, bool right) : INormalizer
{
    public AlignedText Apply(AlignedText text)
    {
        int start = left ? text.Text.Length - text.Text.AsSpan().TrimStart().Length : 0;
        int end = right ? text.Text.AsSpan().TrimEnd().Length : text.Text.Length;
        return start < end ? text.Slice(start, end) : text.Slice(start, start);
    }
}
