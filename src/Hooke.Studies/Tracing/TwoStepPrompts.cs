using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Where a position stands in a two-step prompt.</summary>
public enum TwoStepRole
{
    /// <summary>The key itself: the landmark's name.</summary>
    Key,

    /// <summary>The token after it.</summary>
    AfterKey,

    /// <summary>The last token, where the answer is said.</summary>
    Last,
}

/// <summary>A prompt whose answer is reached over something that it does not name.</summary>
/// <param name="Tokens">The prompt.</param>
/// <param name="Key">The position of what is named: a landmark.</param>
/// <param name="Via">What lies on the way: its country.</param>
/// <param name="Answer">The token of the right answer: that country's capital.</param>
sealed record TwoStepPrompt(int[] Tokens, int Key, string Via, int Answer)
{
    /// <summary>The position of a role.</summary>
    public int At(TwoStepRole role) => role switch
    {
        TwoStepRole.Key => Key,
        TwoStepRole.AfterKey => Key + 1,
        _ => Tokens.Length - 1,
    };

    /// <summary>The clean prompts of a passage's pairs.</summary>
    /// <exception cref="InputException">The model's tokenizer is of another world.</exception>
    public static IReadOnlyList<TwoStepPrompt> Of(
        World world, TwoStepFact passage, Tokenizer tokenizer, Split split, int count, ulong seed)
    {
        Dictionary<int, TwoStepRow> rows = passage.Rows.ToDictionary(row => IdOf(tokenizer, row.Key));
        HashSet<int[]> seen = new(new SameTokens());
        return
        [
            .. from pair in world.PairsOf(passage.Name, split, count, seed)
               let tokens = tokenizer.Encode(pair.Clean)
               where seen.Add(tokens)
               let key = Array.FindIndex(tokens, rows.ContainsKey)
               let row = rows[tokens[key]]
               select new TwoStepPrompt(tokens, key, row.Via, IdOf(tokenizer, row.Answer)),
        ];
    }

    static int IdOf(Tokenizer tokenizer, string word) => tokenizer.IdOf(word)
        ?? throw new InputException($"the model's tokenizer has no word '{word}': it is of another world");

    sealed class SameTokens : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] tokens) => tokens.Aggregate(17, (hash, token) => (hash * 31) + token);
    }
}
