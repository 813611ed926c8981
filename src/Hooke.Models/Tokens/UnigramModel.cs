using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Unigram language model: the segmentation of the piece with the greatest sum of token scores (Viterbi).
/// </summary>
/// <remarks>Source: Kudo 2018, arXiv:1804.10959; unknowns as in SentencePiece: the lowest score less 10.</remarks>
sealed class UnigramModel : ITokenModel
{
    const double UnknownPenalty = 10;

    readonly Trie _pieces = new();
    readonly List<double> _scores = [];
    readonly double _unknownScore;
    readonly ByteTokens? _bytes;

    UnigramModel(JsonPart part, Vocabulary vocabulary)
    {
        foreach (JsonElement item in part.Items("vocab"))
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2
                || item[1].ValueKind != JsonValueKind.Number)
                throw part.Refusal("has a \"vocab\" that is not a list of [token, score]");
            string token = part.TextOf(item[0], "a token");
            double score = item[1].GetDouble();
            if (token.Length > Trie.LongestWord || !double.IsFinite(score))
                throw part.Refusal($"has the token {Quote.Of(token)}, which is over {Trie.LongestWord} characters "
                    + "or has no finite score");
            vocabulary.Add(token, _scores.Count, part);
            _pieces.Add(token, _scores.Count);
            _scores.Add(score);
        }
        Unknown = part.Integer("unk_id");
        if (Unknown is int unknown && (unknown < 0 || unknown >= _scores.Count))
            throw part.Refusal($"has the unk_id {unknown}, but {_scores.Count} tokens");
        _unknownScore = _scores.DefaultIfEmpty(0).Min() - UnknownPenalty;
        _bytes = part.Flag("byte_fallback", false) ? new(vocabulary) : null;
    }

    public static UnigramModel Read(JsonPart part, Vocabulary vocabulary) => new(part, vocabulary);

    public int? Unknown { get; }

    public void Tokenize(string piece, List<Token> into)
    {
        List<Token> path = BestPath(piece);
        for (int i = 0; i < path.Count; i++)
        {
            Token token = path[i];
            if (token.Id >= 0)
            {
                into.Add(token);
                continue;
            }
            while (i + 1 < path.Count && path[i + 1].Id < 0) // unknown neighbours are one token
                token = token with { End = path[++i].End };
            if (_bytes is not null && _bytes.TryAdd(piece, token.Start, token.End, into))
                continue;
            into.Add(token with
            {
                Id = Unknown ?? throw new InputException($"The text {Quote.Of(piece[token.Start..token.End])} has no "
                    + "token, and the tokenizer has none for unknown text; leave it out.")
            });
        }
    }

    /// <summary>The best segmentation; an unknown character is a token of id -1.</summary>
    List<Token> BestPath(string piece)
    {
        double[] best = new double[piece.Length + 1];
        Token[] last = new Token[piece.Length + 1]; // the token that ends here on the best path; End 0 where none does
        for (int start = 0, after; start < piece.Length; start = after)
        {
            after = start + (char.IsHighSurrogate(piece[start]) ? 2 : 1);
            bool single = false;
            foreach ((int id, int end) in _pieces.WordsAt(piece, start))
            {
                Offer(id, start, end, _scores[id]);
                single |= end == after;
            }
            if (!single)
                Offer(-1, start, after, _unknownScore);
        }
        List<Token> path = [];
        for (int end = piece.Length; end > 0; end = last[end].Start)
            path.Add(last[end].Id == Unknown ? last[end] with { Id = -1 } : last[end]);
        path.Reverse();
        return path;

        void Offer(int id, int start, int end, double score)
        {
            double sum = best[start] + score;
            if (last[end].End == 0 || sum > best[end])
                (best[end], last[end]) = (sum, new(id, start, end));
        }
    }
}
