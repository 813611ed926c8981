using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>What lies between the residual stream and a site, held at a prompt's scales: y = (x − μ) / s · gain.</summary>
/// <param name="Gain">The gain, or null for ones.</param>
/// <param name="IsCentred">Whether μ is the mean of x; else 0.</param>
/// <param name="Scales">s of each position, or null for ones.</param>
sealed record FrozenPath(float[]? Gain, bool IsCentred, float[]? Scales)
{
    /// <summary>Nothing lies between.</summary>
    public static FrozenPath None { get; } = new(null, false, null);

    /// <summary>A norm, with its gain or up to it; null norms are nothing.</summary>
    public static FrozenPath Through(FrozenNorm? norm, Tensor? scales, bool withGain) => norm is null
        ? None
        : new(withGain ? norm.Gain.Data.ToArray() : null, norm.IsCentred, scales!.Data.ToArray());

    /// <summary>Whether it changes nothing.</summary>
    public bool IsNone => Gain is null && !IsCentred && Scales is null;

    /// <summary>A gradient with respect to y at a position becomes that with respect to x.</summary>
    public void PullBack(Span<float> gradient, int position)
    {
        if (Gain is not null)
            TensorPrimitives.Multiply(gradient, Gain, gradient);
        if (IsCentred)
            TensorPrimitives.Subtract(gradient, Reduce.Sum(gradient) / gradient.Length, gradient);
        if (Scales is not null)
            TensorPrimitives.Divide(gradient, Scales[position], gradient);
    }

    /// <summary>The same for rows [n, d_model] at positions of their own, as new rows.</summary>
    public Tensor PullBack(Tensor rows, int[] positions)
    {
        if (IsNone)
            return rows.Share();
        Tensor pulled = rows.Clone();
        int width = rows.Shape[1];
        Work.For(positions.Length, Flow.Grain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
                PullBack(pulled.Data.Slice(r * width, width), positions[r]);
        });
        return pulled;
    }
}
