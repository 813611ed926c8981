namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[r] = x[r] + row; ∂row = Σ ∂y over rows.</summary>
    /// <param name="x">[…, width]</param>
    /// <param name="row">[width]</param>
    public static Tensor AddRow(Tensor x, Tensor row)
    {
        if (row.Shape.Count != x.Shape[^1])
            throw new ArgumentException($"rows of {x.Shape} plus a row of shape {row.Shape}");
        Tensor y = x.Clone();
        Backend.Current.AddToRows(y, row);
        if (Tape.For(x, row) is { } tape)
        {
            (Tensor keptX, Tensor keptRow) = (tape.Keep(x), tape.Keep(row));
            tape.Record(y, dy =>
            {
                if (tape.Follows(keptX))
                    Tape.Accumulate(keptX, dy.Share());
                if (tape.Follows(keptRow))
                {
                    Tensor dRow = Tensor.Uninitialized(keptRow.Shape);
                    Backend.Current.ColumnSums(dy, dRow);
                    Tape.Accumulate(keptRow, dRow);
                }
            });
        }
        return y;
    }
}
