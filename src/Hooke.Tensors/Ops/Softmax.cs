using System.Numerics.Tensors;

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
            {
                ReadOnlySpan<float> row = x.Data.Slice(r * width, width);
                Span<float> target = y.Data.Slice(r * width, width);
                TensorPrimitives.Subtract(row, Reduce.Max(row), target);
                Elementary.Exp(target, target);
                TensorPrimitives.Divide(target, Reduce.Sum(target), target);
            }
        });
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
