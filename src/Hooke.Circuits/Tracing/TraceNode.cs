namespace Hooke.Circuits;

/// <summary>What a node of an attribution graph stands for.</summary>
public enum TraceNodeKind
{
    /// <summary>A prompt's token: its embedding, without the position's.</summary>
    Token,

    /// <summary>An active latent of a transcoder at a position.</summary>
    Latent,

    /// <summary>What the transcoders miss of an MLP's output at a position.</summary>
    Error,

    /// <summary>What does not depend on the prompt's tokens: a bias or the position embedding, by kind and layer.</summary>
    Bias,

    /// <summary>
    /// What has no node of its own, summed so that rows still sum: zeroed positions, latents that were not traced, dropped
    /// edges.
    /// </summary>
    Remainder,

    /// <summary>What the graph explains: a logit, a difference of logits, a direction at an address or a latent.</summary>
    Target,
}

/// <summary>A node of an attribution graph.</summary>
public sealed record TraceNode
{
    /// <summary>What it stands for.</summary>
    public required TraceNodeKind Kind { get; init; }

    /// <summary>
    /// The layer it is computed in; −1 for what enters the first layer and for remainders, the number of layers for logits
    /// and what belongs to the unembedding.
    /// </summary>
    public required int Layer { get; init; }

    /// <summary>The position; −1 for a bias or remainder, which is summed over positions.</summary>
    public required int Position { get; init; }

    /// <summary>The latent of its layer, or the token of an embedding or logit; −1 where there is neither.</summary>
    public int Index { get; init; } = -1;

    /// <summary>Which bias or remainder, or what a target is called; null for the others.</summary>
    public string? Name { get; init; }

    /// <summary>A latent's activation; what a target weighs, a logit its probability; 1 for the others.</summary>
    public float Value { get; init; } = 1;
}
