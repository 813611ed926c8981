using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y = exp(x − max) / Σ exp(x − max) over the last axis; −∞ gives 0. ∂x = y (∂y − Σ ∂y · y).</summary>
    /// <param name="x">[…, width]; each row has a finite number</param>
    public static Tensor Softmax(Tensor x)
    {
        Tensor y = Tensor.Uninitialized(x.Shape);
        Backend.Current.Softmax(x, y);
        if (Tape.For(x) is { } tape)
        {
            (Tensor keptX, Tensor keptY) = (tape.Keep(x), tape.Keep(y));
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(keptX.Shape);
                Backend.Current.SoftmaxBackward(keptY, dy, dx);
                Tape.Accumulate(keptX, dx);
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = softmax of each row of x; y may be x.</summary>
    public abstract void Softmax(Tensor x, Tensor y);

    /// <summary>dx = y (dy − Σ dy · y), row by row.</summary>
    public abstract void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx);
}

internal sealed unsafe partial class CpuBackend
{
    public override void Softmax(Tensor x, Tensor y)
    {
        int width = x.Shape[^1];
        Work.For(x.Shape.Rows, RowGrain(width * 4), (start, end) =>
        {
            for (int r = start; r < end; r++)
                SoftmaxRow(x.Pointer + ((nint)r * width), y.Pointer + ((nint)r * width), width);
        });
    }

    // The sum runs in eight lanes from first to last, so masked or padded ends, which add nothing, change no bit.
    static void SoftmaxRow(float* x, float* y, int width)
    {
        Vector256<float> max = Vector256.Create(Reduce.Max(new ReadOnlySpan<float>(x, width)));
        Vector256<float> lanes = Vector256<float>.Zero;
        int i = 0;
        for (; i <= width - 8; i += 8)
        {
            Vector256<float> e = Elementary.Exp(Vector256.Load(x + i) - max);
            e.Store(y + i);
            lanes += e;
        }
        if (i < width)
        {
            float* tail = stackalloc float[8];
            for (int t = 0; t < 8; t++)
                tail[t] = i + t < width ? x[i + t] : float.NegativeInfinity;
            Vector256<float> e = Elementary.Exp(Vector256.Load(tail) - max);
            e.Store(tail);
            for (int t = i; t < width; t++)
                y[t] = tail[t - i];
            lanes += e;
        }
        float sum = ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
        Span<float> row = new(y, width);
        TensorPrimitives.Divide(row, sum, row);
    }

    public override void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx)
    {
        int width = y.Shape[^1];
        Work.For(y.Shape.Rows, RowGrain(width * 2), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> row = y.Data.Slice(r * width, width), gradient = dy.Data.Slice(r * width, width);
                Span<float> target = dx.Data.Slice(r * width, width);
                TensorPrimitives.Subtract(gradient, Reduce.Dot(gradient, row), target);
                TensorPrimitives.Multiply(target, row, target);
            }
        });
    }
}
