namespace Hooke.Circuits;

/// <summary>How transcoders stand in for a model's MLPs.</summary>
public sealed record ReplacementSettings
{
    /// <summary>
    /// What the latents read in their layer, as TransformerLens and circuit-tracer name it: <c>ln2.hook_normalized</c>,
    /// <c>mlp.hook_in</c>, <c>hook_resid_mid</c>, <c>hook_mlp_in</c> or <c>hook_resid_pre</c>; null for what the set's files say.
    /// </summary>
    public string? Reads { get; init; }

    /// <summary>
    /// What the latents write in a layer: <c>hook_mlp_out</c>, or <c>mlp.hook_out</c>, which is before a norm that may follow;
    /// null for what the set's files say.
    /// </summary>
    public string? Writes { get; init; }

    /// <summary>
    /// How many positions at the start have neither latents nor errors, as circuit-tracer leaves out the first: models use it
    /// as a resting place, where hundreds of latents are active. What they add is one remainder node.
    /// </summary>
    public int ZeroedPositions { get; init; } = 1;
}
