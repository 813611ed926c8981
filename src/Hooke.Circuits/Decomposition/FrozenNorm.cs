using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A norm whose scale s is held at a prompt's value, and so is linear: y = (x − μ) / s · gain + bias.</summary>
/// <param name="gain">[d_model]</param>
/// <param name="bias">[d_model], or null for none</param>
/// <param name="centred">Whether μ is the mean of x (layer norm) or 0 (RMS norm).</param>
sealed class FrozenNorm(Tensor gain, Tensor? bias, bool centred)
{
    /// <summary>The bias, or null.</summary>
    public Tensor? Bias => bias;

    /// <summary>The final norm of a model.</summary>
    public static FrozenNorm Final(Model model) => Of(model, "ln_final");

    static FrozenNorm Of(Model model, string name) =>
        new(model.Weights[$"{name}.w"], Weight(model, $"{name}.b"), model.Config.IsLayerNorm);

    /// <summary>A weight, or null where the family has none of that name.</summary>
    public static Tensor? Weight(Model model, string name) =>
        model.Weights.Names.Contains(name) ? model.Weights[name] : null;

    /// <summary>The direction u with u · x = d · (y − bias) for every x.</summary>
    public double[] Pull(ReadOnlySpan<double> d, double scale)
    {
        double[] u = new double[d.Length];
        double mean = 0;
        for (int i = 0; i < u.Length; i++)
            mean += u[i] = d[i] * gain.Data[i] / scale;
        mean = centred ? mean / u.Length : 0;
        for (int i = 0; i < u.Length; i++)
            u[i] -= mean;
        return u;
    }

    /// <summary>What the bias alone gives along a direction: d · bias.</summary>
    public double Constant(ReadOnlySpan<double> d) => bias is null ? 0 : Dot(d, bias.Data);

    /// <summary>Σ d x, added up in order in double precision.</summary>
    public static double Dot(ReadOnlySpan<double> d, ReadOnlySpan<float> x)
    {
        double sum = 0;
        for (int i = 0; i < d.Length; i++)
            sum += d[i] * x[i];
        return sum;
    }
}
