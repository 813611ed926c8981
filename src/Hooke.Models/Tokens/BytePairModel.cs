using System.Runtime.InteropServices;
using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Byte-pair encoding: joins the two neighbours that were learnt to belong together first, again and again.
/// </summary>
/// <remarks>
/// Source: Sennrich et al. 2016, arXiv:1508.07909; order and unknowns as the Hugging Face tokenizers library.
/// </remarks>
sealed class BytePairModel : ITokenModel
{
    readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];
    readonly Vocabulary _vocabulary;
    readonly bool _fuseUnknown;
    readonly bool _wholeFirst;
    readonly ByteTokens? _bytes;

    BytePairModel(JsonPart part, Vocabulary vocabulary)
    {
        TokenModels.ReadVocabulary(part, vocabulary);
        _vocabulary = vocabulary;
        Unknown = TokenModels.ReadUnknown(part, vocabulary);
        _fuseUnknown = part.Flag("fuse_unk", false);
        _wholeFirst = part.Flag("ignore_merges", false);
        _bytes = part.Flag("byte_fallback", false) ? new(vocabulary) : null;
    }

    public static BytePairModel Read(JsonPart part, Vocabulary vocabulary)
    {
        if (part.Value("dropout") is JsonElement dropout
            && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw part.Refusal("has a dropout, which would make its tokens random");
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (part.TextOrNull(affix) is { Length: > 0 })
                throw part.Refusal($"has a {affix}, which is not supported");
        BytePairModel model = new(part, vocabulary);
        model.ReadMerges(part);
        return model;
    }

    public int? Unknown { get; }

    public void Tokenize(string piece, List<Token> into)
    {
        if (_wholeFirst && _vocabulary.IdOf(piece) is int whole)
            into.Add(new(whole, 0, piece.Length));
        else
            Merge(Characters(piece), into);
    }

    void ReadMerges(JsonPart part)
    {
        int rank = 0;
        foreach (JsonElement merge in part.Items("merges"))
        {
            (string left, string right) = Pair(part, merge);
            int id = Known(part, left + right);
            _merges[(Known(part, left), Known(part, right))] = (rank++, id);
        }
    }

    static (string Left, string Right) Pair(JsonPart part, JsonElement merge)
    {
        string[] both = merge.ValueKind == JsonValueKind.Array
            ? [.. merge.EnumerateArray().Select(side => part.TextOf(side, "a merge"))]
            : part.TextOf(merge, "a merge").Split(' ');
        return both is [string left, string right]
            ? (left, right)
            : throw part.Refusal("has a merge that is not of two tokens");
    }

    int Known(JsonPart part, string token) => _vocabulary.IdOf(token)
        ?? throw part.Refusal($"has a merge that needs the token {Quote.Of(token)}, which is not in its vocabulary");

    /// <summary>The tokens of the single characters: their own, else their bytes', else the unknown one.</summary>
    List<Token> Characters(string piece)
    {
        List<Token> tokens = new(piece.Length);
        bool afterUnknown = false;
        for (int start = 0, end; start < piece.Length; start = end)
        {
            end = start + (char.IsHighSurrogate(piece[start]) ? 2 : 1);
            bool known = true;
            if (_vocabulary.IdOf(piece.AsSpan(start, end - start)) is int id)
                tokens.Add(new(id, start, end));
            else if (_bytes is null || !_bytes.TryAdd(piece, start, end, tokens))
            {
                known = false;
                int unknown = Unknown ?? throw new InputException($"The character {Quote.Of(piece[start..end])} has no "
                    + "token, and the tokenizer has none for unknown text; leave it out.");
                if (_fuseUnknown && afterUnknown)
                    tokens[^1] = tokens[^1] with { End = end };
                else
                    tokens.Add(new(unknown, start, end));
            }
            afterUnknown = !known;
        }
        return tokens;
    }

    /// <summary>Joins neighbours, lowest rank first and leftmost among equals; O(n log n) in the length.</summary>
    void Merge(List<Token> tokens, List<Token> into)
    {
        Span<Token> token = CollectionsMarshal.AsSpan(tokens);
        int n = token.Length;
        int[] next = new int[n], before = new int[n]; // a chain of those that are left; a joined one has next -1
        PriorityQueue<(int Place, int Id), long> queue = new();
        for (int i = 0; i < n; i++)
            (before[i], next[i]) = (i - 1, i + 1);
        for (int i = 0; i + 1 < n; i++)
            Offer(token, i);
        while (queue.TryDequeue(out (int Place, int Id) join, out _))
        {
            int left = join.Place, right = next[left];
            if (right < 0 || right >= n
                || !_merges.TryGetValue((token[left].Id, token[right].Id), out (int Rank, int Id) merge)
                || merge.Id != join.Id)
                continue; // one of the two has been joined to another since
            token[left] = new(join.Id, token[left].Start, token[right].End);
            next[left] = next[right];
            next[right] = -1;
            if (next[left] < n)
                before[next[left]] = left;
            Offer(token, left);
            if (before[left] >= 0)
                Offer(token, before[left]);
        }
        for (int i = 0; i < n; i = next[i])
            into.Add(token[i]);

        void Offer(ReadOnlySpan<Token> all, int left)
        {
            if (next[left] < n && _merges.TryGetValue((all[left].Id, all[next[left]].Id), out (int Rank, int Id) merge))
                queue.Enqueue((left, merge.Id), ((long)merge.Rank << 32) | (uint)left);
        }
    }
}
