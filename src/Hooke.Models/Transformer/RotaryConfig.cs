using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>How queries and keys are turned by position: Su et al. 2021, arXiv:2104.09864.</summary>
public sealed record RotaryConfig
{
    /// <summary>Base of the angles: pair i of d turns by base^(−2i/d) radians per position.</summary>
    public double Theta { get; init; } = 10_000;

    /// <summary>How many of a head's dimensions are turned, the first ones; null for all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>What makes angles smaller for contexts longer than those of training; null for nothing.</summary>
    public RotaryScaling? Scaling { get; init; }

    /// <summary>Radians per position of each pair of dimensions.</summary>
    /// <param name="dHead">Width of a head.</param>
    public float[] Frequencies(int dHead)
    {
        float[] plain = RotaryTable.Frequencies(Theta, Dimensions ?? dHead);
        return Scaling is null ? plain : [.. plain.Select(f => (float)Scaling.Scale(f))];
    }
}

/// <summary>A change of the angles of rotary embeddings.</summary>
public abstract record RotaryScaling
{
    /// <summary>The changed frequency, in radians per position.</summary>
    /// <param name="frequency">Radians per position.</param>
    public abstract double Scale(double frequency);
}

/// <summary>All positions closer together: f / factor.</summary>
/// <param name="Factor">How many times closer.</param>
public sealed record LinearScaling(double Factor) : RotaryScaling
{
    /// <inheritdoc/>
    public override double Scale(double frequency) => frequency / Factor;
}

/// <summary>
/// Llama 3's: with t turns in the context of training, f / factor for t below the low bound, f for t above the high one, and
/// a mix of both, linear in t, between.
/// </summary>
/// <param name="Factor">How many times slower the slow pairs turn.</param>
/// <param name="LowTurns">low_freq_factor</param>
/// <param name="HighTurns">high_freq_factor</param>
/// <param name="Context">Positions of the context of training.</param>
public sealed record Llama3Scaling(double Factor, double LowTurns, double HighTurns, int Context) : RotaryScaling
{
    /// <inheritdoc/>
    public override double Scale(double frequency)
    {
        double turns = Context * frequency / (2 * Math.PI);
        double kept = Math.Clamp((turns - LowTurns) / (HighTurns - LowTurns), 0, 1);
        return ((1 - kept) * frequency / Factor) + (kept * frequency);
    }
}
