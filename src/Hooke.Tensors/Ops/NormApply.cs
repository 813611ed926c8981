using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y = (x − μ) / s · gain + bias over the last axis, μ the row's mean, or 0 if not centred.</summary>
    /// <param name="x">[…, width]</param>
    /// <param name="scale">s, […, 1], as <see cref="NormScale"/> gives it or as it was on another run</param>
    /// <param name="gain">[width], or null for ones</param>
    /// <param name="bias">[width], or null for zeros</param>
    /// <param name="centred">True for layer norm, false for RMS norm.</param>
    /// <returns>[…, width]</returns>
    /// <remarks>
    /// With g = ∂y · gain: ∂x = (g − mean(g) if centred) / s, ∂s = −Σ g (x − μ) / s², ∂gain = Σ ∂y (x − μ) / s, ∂bias = Σ ∂y.
    /// </remarks>
    public static Tensor NormApply(Tensor x, Tensor scale, Tensor? gain, Tensor? bias, bool centred)
    {
        if (scale.Shape.Count != x.Shape.Rows)
            throw new ArgumentException($"scales of shape {scale.Shape} for rows of {x.Shape}");
        Tensor y = Tensor.Uninitialized(x.Shape);
        Backend.Current.NormApply(x, scale, gain, bias, centred, y);
        if (Tape.For(x, scale, gain, bias) is { } tape)
        {
            Tensor keptX = tape.Keep(x), keptScale = tape.Keep(scale);
            Tensor? keptGain = gain is null ? null : tape.Keep(gain), keptBias = bias is null ? null : tape.Keep(bias);
            tape.Record(y, dy => NormApplyBackward(tape, dy, keptX, keptScale, keptGain, keptBias, centred));
        }
        return y;
    }

    static void NormApplyBackward(
        Tape tape, Tensor dy, Tensor x, Tensor scale, Tensor? gain, Tensor? bias, bool centred)
    {
        if (tape.Follows(x) || tape.Follows(scale))
        {
            Tensor dx = Tensor.Uninitialized(x.Shape), ds = Tensor.Uninitialized(scale.Shape);
            Backend.Current.NormApplyBackward(x, scale, gain, centred, dy, dx, ds);
            Give(tape, x, dx);
            Give(tape, scale, ds);
        }
        if (gain is not null && tape.Follows(gain))
        {
            using Tensor normalized = Tensor.Uninitialized(x.Shape);
            Backend.Current.NormApply(x, scale, null, null, centred, normalized);
            Backend.Current.Multiply(normalized, dy, normalized);
            Tensor dGain = Tensor.Uninitialized(gain.Shape);
            Backend.Current.ColumnSums(normalized, dGain);
            Tape.Accumulate(gain, dGain);
        }
        if (bias is not null && tape.Follows(bias))
        {
            Tensor dBias = Tensor.Uninitialized(bias.Shape);
            Backend.Current.ColumnSums(dy, dBias);
            Tape.Accumulate(bias, dBias);
        }
    }

    static void Give(Tape tape, Tensor input, Tensor gradient)
    {
        if (tape.Follows(input))
            Tape.Accumulate(input, gradient);
        else
            gradient.Dispose();
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = (x − μ) / scale · gain + bias, row by row.</summary>
    public abstract void NormApply(Tensor x, Tensor scale, Tensor? gain, Tensor? bias, bool centred, Tensor y);

    /// <summary>Gradients of <see cref="NormApply"/> with respect to x and scale.</summary>
    public abstract void NormApplyBackward(
        Tensor x, Tensor scale, Tensor? gain, bool centred, Tensor dy, Tensor dx, Tensor ds);
}

internal sealed unsafe partial class CpuBackend
{
    public override void NormApply(Tensor x, Tensor scale, Tensor? gain, Tensor? bias, bool centred, Tensor y)
    {
        int width = x.Shape[^1];
        Work.For(x.Shape.Rows, RowGrain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> row = x.Data.Slice(r * width, width);
                Span<float> target = y.Data.Slice(r * width, width);
                TensorPrimitives.Subtract(row, Mean(row, centred), target);
                TensorPrimitives.Divide(target, scale.Data[r], target);
                if (gain is not null)
                    TensorPrimitives.Multiply(target, gain.Data, target);
                if (bias is not null)
                    TensorPrimitives.Add(target, bias.Data, target);
            }
        });
    }

    public override void NormApplyBackward(
        Tensor x, Tensor scale, Tensor? gain, bool centred, Tensor dy, Tensor dx, Tensor ds)
    {
        int width = x.Shape[^1];
        Work.For(x.Shape.Rows, RowGrain(width), (start, end) =>
        {
            Span<float> difference = width <= 4096 ? stackalloc float[width] : new float[width];
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> row = x.Data.Slice(r * width, width);
                Span<float> g = dx.Data.Slice(r * width, width);
                dy.Data.Slice(r * width, width).CopyTo(g);
                if (gain is not null)
                    TensorPrimitives.Multiply(g, gain.Data, g);
                float s = scale.Data[r];
                TensorPrimitives.Subtract(row, Mean(row, centred), difference);
                ds.Data[r] = -Reduce.Dot(g, difference) / (s * s);
                TensorPrimitives.Subtract(g, Mean(g, centred), g);
                TensorPrimitives.Divide(g, s, g);
            }
        });
    }
}
