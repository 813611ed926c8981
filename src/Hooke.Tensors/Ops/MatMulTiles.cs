namespace Hooke.Tensors;

/// <summary>Takes a product's rows as they are formed, some columns after the other; one reader for each block of rows.</summary>
public interface ITileReader
{
    /// <summary>Some columns of all rows of the block.</summary>
    /// <param name="column">The first column.</param>
    /// <param name="columns">How many there are.</param>
    /// <param name="tile">[rows, columns], to be read at once: the memory is used again.</param>
    void Read(int column, int columns, ReadOnlySpan<float> tile);

    /// <summary>All columns have been read.</summary>
    void Finish();
}

public static partial class Ops
{
    const int MostRowsOfTile = 256, LeastRowsOfTile = 32, PanelsOfTile = 10; // a tile of 480 KiB stays near the processor

    /// <summary>y = x · W, never whole: tiles are handed to readers as they are formed. Not recorded on a tape.</summary>
    /// <param name="x">[rows, in]</param>
    /// <param name="weight">[in, out], or [out, in] if <paramref name="transposed"/></param>
    /// <param name="transposed">Whether the weight is stored output by output.</param>
    /// <param name="readerOf">Makes the reader of the rows from one on, so many; called on many threads.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static void MatMulTiles(Tensor x, Tensor weight, bool transposed, Func<int, int, ITileReader> readerOf)
    {
        if (x.Shape.Rank != 2 || weight.Shape.Rank != 2 || x.Shape[1] != weight.Shape[transposed ? 1 : 0])
            throw new ArgumentException($"a product of {x.Shape} and {weight.Shape}{(transposed ? "ᵀ" : "")} in tiles");
        int rows = x.Shape[0], share = rows / (4 * Work.Threads) / GemmTiles.Rows * GemmTiles.Rows;
        Work.For(rows, Math.Clamp(share, LeastRowsOfTile, MostRowsOfTile), (start, end) =>
            Backend.Current.MatMulTiles(x, start, end, weight, transposed, PanelsOfTile, readerOf(start, end - start)));
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>The rows [row, rowEnd) of x · W, so many panels of columns at a time.</summary>
    public abstract void MatMulTiles(
        Tensor x, int row, int rowEnd, Tensor weight, bool transposed, int panels, ITileReader reader);
}

internal sealed unsafe partial class CpuBackend
{
    public override void MatMulTiles(
        Tensor x, int row, int rowEnd, Tensor weight, bool transposed, int panels, ITileReader reader)
    {
        int rows = rowEnd - row, depth = x.Shape[1], outputs = weight.Shape[transposed ? 0 : 1];
        int width = Math.Min(outputs, panels * GemmTiles.Columns);
        using Tensor tile = Tensor.Uninitialized(rows * width);
        MatrixView a = new(x.Pointer + ((nint)row * depth), rows, depth);
        RightMatrix b = weight.Right(transposed);
        for (int column = 0; column < outputs; column += width)
        {
            int columns = Math.Min(width, outputs - column);
            MatrixView c = new(tile.Pointer, rows, columns);
            GemmBlocks blocks = new(a, b.Part(0, depth, column, columns), c, accumulate: false);
            blocks.Multiply(0, rows, 0, blocks.Panels);
            reader.Read(column, columns, tile.Data[..(rows * columns)]);
        }
        reader.Finish();
        GC.KeepAlive(b.Owner);
    }
}
