using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A norm at its place in the model: its weights, how it is computed, and the two sites that it has.</summary>
/// <param name="Weights">Gain and bias, or null in a model without norms, where a norm changes nothing.</param>
/// <param name="Epsilon">ε under the root.</param>
/// <param name="IsCentred">Whether the mean is taken away: layer norm, not RMS norm.</param>
/// <param name="ScaleSite">Where the scale is seen.</param>
/// <param name="NormalizedSite">Where the result is seen, before gain and bias as TransformerLens has it.</param>
internal readonly record struct Norm(
    NormWeights? Weights, float Epsilon, bool IsCentred, Site ScaleSite, Site NormalizedSite)
{
    /// <summary>gain · (x − μ) / s + bias over the last axis, seen and changed by the plan.</summary>
    public Tensor Apply(Tensor x, int? layer, Hooks hooks)
    {
        if (Weights is not { } norm)
            return x.Share();
        using Tensor scale = hooks.Visit(ScaleSite, layer, Ops.NormScale(x, Epsilon, IsCentred));
        if (!hooks.Wants(NormalizedSite, layer))
            return Ops.NormApply(x, scale, norm.Gain, norm.Bias, IsCentred);
        using Tensor normalized = hooks.Visit(NormalizedSite, layer, Ops.NormApply(x, scale, null, null, IsCentred));
        Tensor scaled = Ops.MultiplyRows(normalized, norm.Gain);
        if (norm.Bias is not { } bias)
            return scaled;
        using Tensor withoutBias = scaled;
        return Ops.AddRow(withoutBias, bias);
    }

    /// <summary>The same where no plan looks: for heads that read streams of their own.</summary>
    public Tensor ApplyUnseen(Tensor x)
    {
        if (Weights is not { } norm)
            return x.Share();
        using Tensor scale = Ops.NormScale(x, Epsilon, IsCentred);
        return Ops.NormApply(x, scale, norm.Gain, norm.Bias, IsCentred);
    }
}
