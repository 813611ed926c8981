using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y = x · W + b. ∂x = ∂y · Wᵀ, ∂W = xᵀ · ∂y, ∂b = column sums of ∂y.</summary>
    /// <param name="x">[…, in]</param>
    /// <param name="weight">[in, out], or [out, in] if <paramref name="transposed"/></param>
    /// <param name="bias">[out], or null for none</param>
    /// <param name="transposed">Whether the weight is stored output by output.</param>
    /// <returns>[…, out]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor MatMul(Tensor x, Tensor weight, Tensor? bias = null, bool transposed = false)
    {
        (int inputs, int outputs) = transposed
            ? (weight.Shape[^1], weight.Shape[0])
            : (weight.Shape[0], weight.Shape[^1]);
        if (weight.Shape.Rank != 2 || x.Shape[^1] != inputs || (bias is not null && bias.Shape.Count != outputs))
            throw new ArgumentException($"a product of {x.Shape} and {weight.Shape}{(transposed ? "ᵀ" : "")} plus {bias?.Shape}");
        int[] shape = x.Shape.Sizes.ToArray();
        shape[^1] = outputs;
        Tensor y = Tensor.Uninitialized(shape);
        Backend.Current.MatMul(x, weight, transposed, y);
        if (bias is not null)
            Backend.Current.AddToRows(y, bias);
        if (Tape.For(x, weight, bias) is { } tape)
        {
            (Tensor keptX, Tensor keptWeight) = (tape.Keep(x), tape.Keep(weight));
            Tensor? keptBias = bias is null ? null : tape.Keep(bias);
            tape.Record(y, dy => MatMulBackward(tape, dy, keptX, keptWeight, keptBias, transposed));
        }
        return y;
    }

    static void MatMulBackward(Tape tape, Tensor dy, Tensor x, Tensor weight, Tensor? bias, bool transposed)
    {
        if (tape.Follows(x))
        {
            Tensor dx = Tensor.Uninitialized(x.Shape);
            Backend.Current.MatMul(dy, weight, !transposed, dx);
            Tape.Accumulate(x, dx);
        }
        if (tape.Follows(weight))
        {
            Tensor dw = Tensor.Uninitialized(weight.Shape);
            (Tensor left, Tensor right) = transposed ? (dy, x) : (x, dy);
            Backend.Current.MatMulTransposedLeft(left, right, dw);
            Tape.Accumulate(weight, dw);
        }
        if (bias is not null && tape.Follows(bias))
        {
            Tensor db = Tensor.Uninitialized(bias.Shape);
            Backend.Current.ColumnSums(dy, db);
            Tape.Accumulate(bias, db);
        }
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y[…, n] = x[…, m] · W, W [m, n], or [n, m] if transposed.</summary>
    public abstract void MatMul(Tensor x, Tensor weight, bool transposed, Tensor y);

    /// <summary>y[m, n] = aᵀ · b over all rows of a […, m] and b […, n].</summary>
    public abstract void MatMulTransposedLeft(Tensor a, Tensor b, Tensor y);

    /// <summary>Adds a row to every stretch of x of its length.</summary>
    public abstract void AddToRows(Tensor x, Tensor row);

    /// <summary>y = the sum of x's rows, added up from the first row to the last.</summary>
    public abstract void ColumnSums(Tensor x, Tensor y);
}

internal sealed unsafe partial class CpuBackend
{
    // Columns summed by one worker: every sum still runs down all rows in order.
    const int ColumnBlock = 64;

    public override void MatMul(Tensor x, Tensor weight, bool transposed, Tensor y) =>
        Gemm.Multiply(x.Matrix(), weight.Right(transposed), y.Matrix(), accumulate: false);

    public override void MatMulTransposedLeft(Tensor a, Tensor b, Tensor y) =>
        Gemm.Multiply(a.Matrix().Transposed, b.Matrix(), y.Matrix(), accumulate: false);

    public override void AddToRows(Tensor x, Tensor row)
    {
        int width = row.Shape.Count;
        Work.For(x.Shape.Count / width, RowGrain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Span<float> target = x.Data.Slice(r * width, width);
                TensorPrimitives.Add(target, row.Data, target);
            }
        });
    }

    public override void ColumnSums(Tensor x, Tensor y)
    {
        int width = y.Shape.Count, rows = x.Shape.Rows;
        y.Data.Clear();
        Work.For((width + ColumnBlock - 1) / ColumnBlock, Math.Max(1, RowGrain(rows * ColumnBlock)), (start, end) =>
        {
            for (int block = start; block < end; block++)
            {
                int from = block * ColumnBlock, length = Math.Min(ColumnBlock, width - from);
                Span<float> sums = y.Data.Slice(from, length);
                for (int r = 0; r < rows; r++)
                    TensorPrimitives.Add(sums, x.Data.Slice((r * width) + from, length), sums);
            }
        });
    }
}
