using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[i] = table[rows[i]]; gradients of equal rows add up in the order of i.</summary>
    /// <param name="table">[rows, width], or any shape seen as rows of its last axis</param>
    /// <param name="rows">Row numbers, each in range.</param>
    /// <returns>[rows.Length, width]</returns>
    /// <exception cref="ArgumentException">A row number is out of range.</exception>
    public static Tensor Gather(Tensor table, ReadOnlySpan<int> rows)
    {
        int[] kept = rows.ToArray();
        foreach (int row in kept)
            if ((uint)row >= (uint)table.Shape.Rows)
                throw new ArgumentException($"row {row} of a table of {table.Shape.Rows} rows");
        Tensor y = Tensor.Uninitialized(kept.Length, table.Shape[^1]);
        Backend.Current.Gather(table, kept, y);
        if (Tape.For(table) is { } tape)
        {
            Tensor keptTable = tape.Keep(table);
            tape.Record(y, dy =>
            {
                Tensor gradient = Tensor.Zeros(keptTable.Shape);
                Backend.Current.ScatterAdd(dy, kept, gradient);
                Tape.Accumulate(keptTable, gradient);
            });
        }
        return y;
    }

    /// <summary>y[i] = table[:, columns[i]], from wherever a constant matrix is kept.</summary>
    /// <param name="table">[rows, columns]; not followed by a tape</param>
    /// <param name="columns">Column numbers, each in range.</param>
    /// <returns>[columns.Length, rows]</returns>
    /// <exception cref="ArgumentException">A column number is out of range.</exception>
    public static Tensor GatherColumns(Tensor table, ReadOnlySpan<int> columns)
    {
        int[] kept = columns.ToArray();
        foreach (int column in kept)
            if (table.Shape.Rank != 2 || (uint)column >= (uint)table.Shape[1])
                throw new ArgumentException($"column {column} of a table of shape {table.Shape}");
        Tensor y = Tensor.Uninitialized(kept.Length, table.Shape[0]);
        Backend.Current.GatherColumns(table, kept, y);
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y[i] = table[:, columns[i]].</summary>
    public abstract void GatherColumns(Tensor table, int[] columns, Tensor y);

    /// <summary>y[i] = table[rows[i]].</summary>
    public abstract void Gather(Tensor table, int[] rows, Tensor y);

    /// <summary>table[rows[i]] += x[i], i from first to last.</summary>
    public abstract void ScatterAdd(Tensor x, int[] rows, Tensor table);
}

internal sealed unsafe partial class CpuBackend
{
    public override void Gather(Tensor table, int[] rows, Tensor y)
    {
        int width = y.Shape[^1];
        Work.For(rows.Length, RowGrain(width), (start, end) =>
        {
            for (int i = start; i < end; i++)
                table.Right(transposed: false).CopyTo(rows[i], 1, y.Pointer + ((nint)i * width));
        });
    }

    public override void GatherColumns(Tensor table, int[] columns, Tensor y)
    {
        int width = y.Shape[^1];
        Work.For(columns.Length, RowGrain(width), (start, end) =>
        {
            for (int i = start; i < end; i++)
                table.Right(transposed: true).CopyTo(columns[i], 1, y.Pointer + ((nint)i * width));
        });
    }

    public override void ScatterAdd(Tensor x, int[] rows, Tensor table)
    {
        int width = x.Shape[^1];
        for (int i = 0; i < rows.Length; i++)
        {
            Span<float> target = table.Data.Slice(rows[i] * width, width);
            TensorPrimitives.Add(target, x.Data.Slice(i * width, width), target);
        }
    }
}
