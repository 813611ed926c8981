namespace Hooke.Dictionaries;

/// <summary>The weights of a sparse coder, in one orientation whatever the file had.</summary>
public sealed class CoderWeights : IDisposable
{
    /// <summary>W_enc [d_in, n_latents]; constant, kept in the order in which products read it.</summary>
    public required Tensor Encoder { get; init; }

    /// <summary>b_enc [n_latents]; of a gated coder the gate's.</summary>
    public required Tensor EncoderBias { get; init; }

    /// <summary>r_mag [n_latents] of a gated coder: the magnitude's encoder is the gate's times exp(r_mag).</summary>
    public Tensor? MagnitudeScale { get; init; }

    /// <summary>b_mag [n_latents] of a gated coder.</summary>
    public Tensor? MagnitudeBias { get; init; }

    /// <summary>Thresholds [n_latents] of a JumpReLU or BatchTopK coder.</summary>
    public Tensor? Thresholds { get; init; }

    /// <summary>One for each output, in the order of the config.</summary>
    public required IReadOnlyList<CoderDecoder> Decoders { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Encoder.Dispose();
        EncoderBias.Dispose();
        MagnitudeScale?.Dispose();
        MagnitudeBias?.Dispose();
        Thresholds?.Dispose();
        foreach (CoderDecoder decoder in Decoders)
            decoder.Dispose();
    }
}

/// <summary>How latents become one output: latents · Weight + Bias + x · Skip.</summary>
public sealed class CoderDecoder : IDisposable
{
    /// <summary>W_dec [n_latents, d_out], a row for each latent.</summary>
    public required Tensor Weight { get; init; }

    /// <summary>b_dec [d_out]; null where the output's bias belongs to another coder of the same set.</summary>
    public Tensor? Bias { get; init; }

    /// <summary>W_skip [d_in, d_out], used as x · W_skip; null for none.</summary>
    public Tensor? Skip { get; init; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias?.Dispose();
        Skip?.Dispose();
    }
}
