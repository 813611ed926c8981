namespace Hooke.Dictionaries;

/// <summary>How a sparse coder turns pre-activations p into latents.</summary>
public enum CoderKind
{
    /// <summary>max(p, 0).</summary>
    Relu,

    /// <summary>
    /// A gate [g + b_gate &gt; 0] times a magnitude max(g · exp(r_mag) + b_mag, 0), g = x · W_enc. Source:
    /// arXiv:2404.16014.
    /// </summary>
    Gated,

    /// <summary>The k largest p of each input; the others 0. Source: arXiv:2406.04093.</summary>
    TopK,

    /// <summary>The largest p in each of k equal groups of neighbouring latents; the others 0.</summary>
    GroupMax,

    /// <summary>p where p is above one threshold for all latents, kept from training. Source: arXiv:2412.06410.</summary>
    BatchTopK,

    /// <summary>p where p is above the latent's own threshold. Source: arXiv:2407.14435.</summary>
    JumpRelu,
}

/// <summary>What is done to an input before it is encoded, and undone after it is decoded.</summary>
public enum InputScaling
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>(x − μ) / (σ + 10⁻⁵), σ the unbiased standard deviation (÷ n − 1).</summary>
    LayerNorm,

    /// <summary>x · √width / ‖x‖.</summary>
    ConstantNorm,
}
