namespace Hooke.Models;

/// <summary>Tokens and their numbers; no two tokens share a number.</summary>
sealed class Vocabulary
{
    const int LargestId = 10_000_000;

    readonly Dictionary<string, int> _idOf = new(StringComparer.Ordinal);
    readonly Dictionary<int, string> _textOf = [];

    /// <summary>One more than the highest id.</summary>
    public int Count { get; private set; }

    public void Add(string token, int id, JsonPart part)
    {
        if (id is < 0 or > LargestId)
            throw part.Refusal($"gives token {Quote.Of(token)} the id {id}, which is not in 0..{LargestId}");
        if (!_idOf.TryAdd(token, id))
        {
            if (_idOf[token] != id)
                throw part.Refusal($"gives token {Quote.Of(token)} the id {id}, but it has the id {_idOf[token]}");
            return;
        }
        if (!_textOf.TryAdd(id, token))
            throw part.Refusal($"gives the id {id} to {Quote.Of(_textOf[id])} and to {Quote.Of(token)}");
        Count = Math.Max(Count, id + 1);
    }

    public int? IdOf(string token) => _idOf.TryGetValue(token, out int id) ? id : null;

    public int? IdOf(ReadOnlySpan<char> token) =>
        _idOf.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out int id) ? id : null;

    public string? TextOf(int id) => _textOf.GetValueOrDefault(id);
}
