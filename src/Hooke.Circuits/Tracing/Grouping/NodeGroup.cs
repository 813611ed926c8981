namespace Hooke.Circuits;

/// <summary>Nodes of an attribution graph that are looked at as one: what the field calls a supernode.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Members">Places among the graph's nodes, in rising order.</param>
public sealed record NodeGroup(string Name, IReadOnlyList<int> Members);

/// <summary>By what latents are proposed to belong together.</summary>
public sealed record GroupingSettings
{
    /// <summary>Groups are joined while their members' similarity, on average over pairs, is at least this.</summary>
    public double LeastSimilarity { get; init; } = 0.5;

    /// <summary>How much the decoder directions count, next to <see cref="EdgeWeight"/>.</summary>
    public double DecoderWeight { get; init; } = 1;

    /// <summary>How much the edges count: who leads to a latent, and what it leads to.</summary>
    public double EdgeWeight { get; init; } = 1;

    /// <summary>Whether latents at different positions may be of one group.</summary>
    public bool AcrossPositions { get; init; }

    /// <summary>A latent's label, by layer and latent; those with the same one belong together. Null for none.</summary>
    public Func<int, int, string?> LabelOf { get; init; } = (_, _) => null;
}
