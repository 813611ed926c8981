using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A norm whose scale s is held at a prompt's value, and so is linear: y = (x − μ) / s · gain + bias.</summary>
sealed class FrozenNorm
{
    readonly Tensor _gain;
    readonly bool _centred; // μ is the mean of x in layer norm, 0 in RMS norm

    FrozenNorm(Tensor gain, Tensor? bias, bool centred) => (_gain, Bias, _centred) = (gain, bias, centred);

    /// <summary>The bias [d_model], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The gain [d_model].</summary>
    public Tensor Gain => _gain;

    /// <summary>Whether the mean is taken away: layer norm.</summary>
    public bool IsCentred => _centred;

    /// <summary>A norm of a model by its name, such as <c>ln_final</c>; null where the model has none of that name.</summary>
    public static FrozenNorm? Of(Model model, string name) => model.Weights.Gain(name) is { } gain
        ? new(gain, Weight(model, $"{name}.b"), model.Config.IsLayerNorm)
        : null;

    /// <summary>The norm that a layer's attention passes on its way into the stream, or null.</summary>
    public static FrozenNorm? AfterAttention(Model model, int layer) => Of(model, $"blocks.{layer}.ln1_post");

    /// <summary>The norm that a layer's MLP passes on its way into the stream, or null.</summary>
    public static FrozenNorm? AfterMlp(Model model, int layer) => Of(model, $"blocks.{layer}.ln2_post");

    /// <summary>A weight, or null where the family has none of that name.</summary>
    public static Tensor? Weight(Model model, string name) =>
        model.Weights.Names.Contains(name) ? model.Weights[name] : null;

    /// <summary>y − bias for rows x […, d_model] with scales […, 1].</summary>
    public Tensor Apply(Tensor x, Tensor scale) => Ops.NormApply(x, scale, _gain, null, _centred);

    /// <summary>y, with the bias.</summary>
    public Tensor ApplyWhole(Tensor x, Tensor scale) => Ops.NormApply(x, scale, _gain, Bias, _centred);

    /// <summary>(x − μ) / s: as <c>hook_normalized</c> has it, without gain.</summary>
    public Tensor Normalize(Tensor x, Tensor scale) => Ops.NormApply(x, scale, null, null, _centred);

    /// <summary>Gradients with respect to x, for those with respect to y [.., d_model].</summary>
    public Tensor Pull(Tensor gradient, Tensor scale)
    {
        using Tensor scaled = Ops.MultiplyRows(gradient, _gain);
        return Normalize(scaled, scale);
    }

    /// <summary>The direction u with u · x = d · (y − bias) for every x.</summary>
    public double[] Pull(ReadOnlySpan<double> d, double scale)
    {
        double[] u = new double[d.Length];
        double mean = 0;
        for (int i = 0; i < u.Length; i++)
            mean += u[i] = d[i] * _gain.Data[i] / scale;
        mean = _centred ? mean / u.Length : 0;
        for (int i = 0; i < u.Length; i++)
            u[i] -= mean;
        return u;
    }

    /// <summary>Σ d x, added up in order in double precision.</summary>
    public static double Dot(ReadOnlySpan<double> d, ReadOnlySpan<float> x)
    {
        double sum = 0;
        for (int i = 0; i < d.Length; i++)
            sum += d[i] * x[i];
        return sum;
    }
}
