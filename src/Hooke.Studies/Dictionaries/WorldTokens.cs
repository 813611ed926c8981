using Hooke.Dictionaries;
using Hooke.Models;

namespace Hooke.Studies;

/// <summary>A world's documents as sequences of tokens: endless, none twice.</summary>
/// <param name="world">The world.</param>
/// <param name="tokenizer">The tokenizer of a model of this world.</param>
/// <param name="seed">Which run of documents; the shipped model was trained on that of seed 1.</param>
public sealed class WorldTokens(World world, Tokenizer tokenizer, ulong seed) : ITokenSource
{
    /// <inheritdoc/>
    public int Longest => World.LongestDocument + 1;

    /// <inheritdoc/>
    public IReadOnlyList<int> Sequence(long index) => tokenizer.Encode(world.Document(seed, index));
}
