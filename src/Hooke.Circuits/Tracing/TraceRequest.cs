using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What to trace, and how much of it.</summary>
public sealed record TraceRequest
{
    /// <summary>What the graph explains.</summary>
    public required IReadOnlyList<TraceTarget> Targets { get; init; }

    /// <summary>How many latents are traced and become nodes, those of most influence; null for all.</summary>
    public int? MaxLatents { get; init; }

    /// <summary>How many latents are traced between two looks at which matter most, where not all are.</summary>
    public int LatentsPerRound { get; init; } = 256;

    /// <summary>
    /// How many of a node's edges from latents, errors and tokens are kept, the largest; the others are summed into one
    /// remainder. Null for all.
    /// </summary>
    public int? MaxEdgesPerNode { get; init; }

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="InputException">There is no target, or a bound is below 1.</exception>
    internal TraceRequest Checked()
    {
        if (Targets.Count == 0)
            throw new InputException("nothing is to be explained: give a target");
        if (MaxLatents < 1 || LatentsPerRound < 1 || MaxEdgesPerNode < 1)
            throw new InputException($"bounds of {MaxLatents} latents, {LatentsPerRound} a round and {MaxEdgesPerNode} edges a "
                + "node were given: each must be 1 or more");
        return this;
    }
}
