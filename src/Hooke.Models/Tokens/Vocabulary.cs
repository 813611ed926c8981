namespace Hooke.Models;

/// <summary>The model's tokens, and those added to them, with their numbers; no two tokens share a number.</summary>
sealed class Vocabulary
{
    const int LargestId = 10_000_000;

    readonly Dictionary<string, int> _idOf = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _addedIdOf = new(StringComparer.Ordinal);
    readonly Dictionary<int, string> _textOf = [];

    /// <summary>One more than the highest id.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a token of the model.</summary>
    public void Add(string token, int id, JsonPart part) => Add(_idOf, token, id, part);

    /// <summary>
    /// Adds a token that is found in the text and never made by the model; it may be one of the model's too.
    /// </summary>
    public void AddAdded(string token, int id, JsonPart part)
    {
        if (IdOf(token) is int known && known != id)
            throw part.Refusal($"gives token {Quote.Of(token)} the id {id}, but the model gives it {known}");
        if (IdOf(token) is null)
            Add(_addedIdOf, token, id, part);
    }

    /// <summary>The id of a token of the model.</summary>
    public int? IdOf(string token) => _idOf.TryGetValue(token, out int id) ? id : null;

    /// <summary>The id of a token of the model.</summary>
    public int? IdOf(ReadOnlySpan<char> token) =>
        _idOf.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out int id) ? id : null;

    /// <summary>The id of a token of the model or of an added one.</summary>
    public int? IdOfAny(string token) => IdOf(token) ?? (_addedIdOf.TryGetValue(token, out int id) ? id : null);

    public string? TextOf(int id) => _textOf.GetValueOrDefault(id);

    void Add(Dictionary<string, int> ids, string token, int id, JsonPart part)
    {
        if (id is < 0 or > LargestId)
            throw part.Refusal($"gives token {Quote.Of(token)} the id {id}, which is not in 0..{LargestId}");
        if (!ids.TryAdd(token, id))
            throw part.Refusal($"has the token {Quote.Of(token)} twice");
        if (!_textOf.TryAdd(id, token))
            throw part.Refusal($"gives the id {id} to {Quote.Of(_textOf[id])} and to {Quote.Of(token)}");
        Count = Math.Max(Count, id + 1);
    }
}
