using System.Buffers;
using System.Text;

namespace Hooke.Models;

/// <summary>Tokens that are found in the text as they stand, before the model sees it.</summary>
sealed class AddedTokens
{
    readonly List<AddedToken> _tokens = [];
    readonly HashSet<int> _special = [];
    readonly Trie _inOriginal = new();
    readonly Trie _inNormalized = new();

    sealed record AddedToken(int Id, bool SingleWord, bool StripLeft, bool StripRight);

    /// <summary>Reads "added_tokens" and puts them into the vocabulary.</summary>
    public static AddedTokens Read(JsonPart file, Vocabulary vocabulary, INormalizer? normalizer)
    {
        AddedTokens added = new();
        foreach (JsonPart part in file.Parts("added_tokens"))
            added.Add(part, vocabulary, normalizer);
        return added;
    }

    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The special tokens, in rising order.</summary>
    public IReadOnlyList<int> Special => [.. _special.Order()];

    /// <summary>Cuts what the user wrote at the tokens that are looked for there.</summary>
    public IEnumerable<(AlignedText Text, int? Id)> SplitOriginal(AlignedText text) => Split(text, _inOriginal);

    /// <summary>Cuts normalized text at the tokens that are looked for there.</summary>
    public IEnumerable<(AlignedText Text, int? Id)> SplitNormalized(AlignedText text) => Split(text, _inNormalized);

    void Add(JsonPart part, Vocabulary vocabulary, INormalizer? normalizer)
    {
        string content = part.Text("content");
        int id = part.Integer("id") ?? throw part.Refusal("needs the number \"id\"");
        bool special = part.Flag("special", false), normalized = part.Flag("normalized", !special);
        if (content.Length is 0 or > Trie.LongestWord)
            throw part.Refusal($"has {content.Length} characters; 1 to {Trie.LongestWord} are supported");
        vocabulary.AddAdded(content, id, part);
        if (special)
            _ = _special.Add(id);
        if (normalized)
            _inNormalized.Add(normalizer?.Apply(AlignedText.Original(content, 0)).Text ?? content, _tokens.Count);
        else
            _inOriginal.Add(content, _tokens.Count);
        _tokens.Add(new(id, part.Flag("single_word", false), part.Flag("lstrip", false), part.Flag("rstrip", false)));
        part.Close();
    }

    IEnumerable<(AlignedText Text, int? Id)> Split(AlignedText text, Trie trie)
    {
        string all = text.Text;
        int done = 0;
        for (int at = 0; at < all.Length; at++)
        {
            (int number, int end) = trie.WordsAt(all, at).LastOrDefault((-1, at)); // the longest
            if (number < 0)
                continue;
            AddedToken token = _tokens[number];
            int start = at;
            at = end - 1;
            if (token.SingleWord && (IsWordBefore(all, start) || IsWordAt(all, end)))
                continue;
            while (token.StripLeft && start > done && char.IsWhiteSpace(all[start - 1]))
                start--;
            while (token.StripRight && end < all.Length && char.IsWhiteSpace(all[end]))
                end++;
            if (done < start)
                yield return (text.Slice(done, start), null);
            yield return (text.Slice(start, end), token.Id);
            done = end;
            at = end - 1;
        }
        if (done < all.Length)
            yield return (text.Slice(done, all.Length), null);
    }

    static bool IsWordAt(string text, int at) =>
        Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out _) == OperationStatus.Done
        && CharacterClasses.IsWord(rune);

    static bool IsWordBefore(string text, int at) =>
        Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out Rune rune, out _) == OperationStatus.Done
        && CharacterClasses.IsWord(rune);
}
