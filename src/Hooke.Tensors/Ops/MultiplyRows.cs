using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[r] = x[r] · row, element by element; ∂x = ∂y · row, ∂row = Σ ∂y · x over rows.</summary>
    /// <param name="x">[…, width]</param>
    /// <param name="row">[width]</param>
    public static Tensor MultiplyRows(Tensor x, Tensor row)
    {
        if (row.Shape.Count != x.Shape[^1])
            throw new ArgumentException($"rows of {x.Shape} times a row of shape {row.Shape}");
        Tensor y = Tensor.Uninitialized(x.Shape);
        Backend.Current.MultiplyRows(x, row, y);
        if (Tape.For(x, row) is { } tape)
        {
            (Tensor keptX, Tensor keptRow) = (tape.Keep(x), tape.Keep(row));
            tape.Record(y, dy =>
            {
                if (tape.Follows(keptX))
                {
                    Tensor dx = Tensor.Uninitialized(keptX.Shape);
                    Backend.Current.MultiplyRows(dy, keptRow, dx);
                    Tape.Accumulate(keptX, dx);
                }
                if (tape.Follows(keptRow))
                {
                    using Tensor products = Tensor.Uninitialized(keptX.Shape);
                    Backend.Current.Multiply(keptX, dy, products);
                    Tensor dRow = Tensor.Uninitialized(keptRow.Shape);
                    Backend.Current.ColumnSums(products, dRow);
                    Tape.Accumulate(keptRow, dRow);
                }
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y[r] = x[r] · row.</summary>
    public abstract void MultiplyRows(Tensor x, Tensor row, Tensor y);
}

internal sealed unsafe partial class CpuBackend
{
    public override void MultiplyRows(Tensor x, Tensor row, Tensor y)
    {
        int width = row.Shape.Count;
        Work.For(x.Shape.Rows, RowGrain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
                TensorPrimitives.Multiply(x.Data.Slice(r * width, width), row.Data, y.Data.Slice(r * width, width));
        });
    }
}
