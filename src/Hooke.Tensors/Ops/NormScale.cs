using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>s = √(mean((x − μ)²) + ε) over the last axis, μ the row's mean, or 0 if not centred.</summary>
    /// <param name="x">[…, width]</param>
    /// <param name="epsilon">ε &gt; 0.</param>
    /// <param name="centred">True for layer norm, false for RMS norm.</param>
    /// <returns>[…, 1]</returns>
    /// <remarks>
    /// ∂x = ∂s · (x − μ) / (width · s). Source: Ba et al. 2016, arXiv:1607.06450; Zhang and Sennrich 2019, arXiv:1910.07467.
    /// </remarks>
    public static Tensor NormScale(Tensor x, float epsilon, bool centred)
    {
        int[] shape = x.Shape.Sizes.ToArray();
        shape[^1] = 1;
        Tensor scale = Tensor.Uninitialized(shape);
        Backend.Current.NormScale(x, epsilon, centred, scale);
        if (Tape.For(x) is { } tape)
        {
            (Tensor keptX, Tensor keptScale) = (tape.Keep(x), tape.Keep(scale));
            tape.Record(scale, ds =>
            {
                Tensor dx = Tensor.Uninitialized(keptX.Shape);
                Backend.Current.NormScaleBackward(keptX, keptScale, centred, ds, dx);
                Tape.Accumulate(keptX, dx);
            });
        }
        return scale;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>scale[r] = √(mean((x[r] − μ)²) + ε).</summary>
    public abstract void NormScale(Tensor x, float epsilon, bool centred, Tensor scale);

    /// <summary>dx = ds · (x − μ) / (width · scale), row by row.</summary>
    public abstract void NormScaleBackward(Tensor x, Tensor scale, bool centred, Tensor ds, Tensor dx);
}

internal sealed unsafe partial class CpuBackend
{
    public override void NormScale(Tensor x, float epsilon, bool centred, Tensor scale)
    {
        int width = x.Shape[^1];
        Work.For(x.Shape.Rows, RowGrain(width), (start, end) =>
        {
            Span<float> difference = width <= 4096 ? stackalloc float[width] : new float[width];
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> row = x.Data.Slice(r * width, width);
                TensorPrimitives.Subtract(row, Mean(row, centred), difference);
                scale.Data[r] = MathF.Sqrt((Reduce.SumOfSquares(difference) / width) + epsilon);
            }
        });
    }

    public override void NormScaleBackward(Tensor x, Tensor scale, bool centred, Tensor ds, Tensor dx)
    {
        int width = x.Shape[^1];
        Work.For(x.Shape.Rows, RowGrain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> row = x.Data.Slice(r * width, width);
                Span<float> target = dx.Data.Slice(r * width, width);
                TensorPrimitives.Subtract(row, Mean(row, centred), target);
                TensorPrimitives.Multiply(target, ds.Data[r] / (width * scale.Data[r]), target);
            }
        });
    }

    static float Mean(ReadOnlySpan<float> row, bool centred) => centred ? Reduce.Sum(row) / row.Length : 0;
}
