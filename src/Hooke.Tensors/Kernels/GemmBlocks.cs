namespace Hooke.Tensors;

/// <summary>
/// One product cut into blocks: a stretch of k at a time, and in it a panel of columns at a time, and in it a tile at
/// a time. A tile goes on from the C of the stretch before, so every sum runs over k in order.
/// </summary>
/// <remarks>
/// A strip, one panel over one stretch, is packed where that pays: it then stays near the processor while the rows of A
/// pass by. A itself is read where it lies; copying it was measured to gain nothing.
/// </remarks>
internal readonly unsafe struct GemmBlocks
{
    /// <summary>The most of k in a strip, which is then at most 72 KiB; panels of packed matrices divide it.</summary>
    public const int StretchOfK = 384;

    const int TilesToPrefetch = 4; // fewer tiles are done before what they ask for arrives

    readonly MatrixView _a, _c;
    readonly RightMatrix _b;
    readonly bool _accumulate;

    /// <summary>C = A · B, or C += A · B.</summary>
    public GemmBlocks(MatrixView a, RightMatrix b, MatrixView c, bool accumulate)
    {
        if (a.Columns != b.Rows || a.Rows != c.Rows || b.Columns != c.Columns || (c.ColumnStride != 1 && c.Columns > 1))
        {
            throw new InvalidOperationException($"Bug in Hooke: [{a.Rows}, {a.Columns}] times " +
                $"[{b.Rows}, {b.Columns}] into [{c.Rows}, {c.Columns}] with column stride {c.ColumnStride}.");
        }
        (_a, _b, _c, _accumulate) = (a, b, c, accumulate);
    }

    public int Rows => _c.Rows;

    public int Columns => _c.Columns;

    public int Depth => _a.Columns;

    /// <summary>How many panels the columns make.</summary>
    public int Panels => (Columns + GemmTiles.Columns - 1) / GemmTiles.Columns;

    /// <summary>Computes the rows [row, rowEnd) of the panels [panel, panelEnd).</summary>
    public void Multiply(int row, int rowEnd, int panel, int panelEnd)
    {
        if (Depth == 0 && !_accumulate)
            Clear(row, rowEnd, panel, panelEnd);
        for (int p = 0; p < Depth; p += StretchOfK)
        {
            for (int at = panel; at < panelEnd; at++)
            {
                Strip next = at + 1 < panelEnd ? StripAt(at + 1, p) : StripAt(panel, p + StretchOfK);
                MultiplyStrip(row, rowEnd, StripAt(at, p), next);
            }
        }
    }

    /// <summary>One panel over one stretch of k; of no depth beyond the end.</summary>
    Strip StripAt(int panel, int p)
    {
        int column = panel * GemmTiles.Columns;
        return new(p, Math.Min(StretchOfK, Depth - p), column, Math.Min(GemmTiles.Columns, Columns - column));
    }

    void MultiplyStrip(int row, int rowEnd, Strip strip, Strip next)
    {
        int tiles = (rowEnd - row + GemmTiles.Rows - 1) / GemmTiles.Rows;
        StripPlace b = _b.Strip(strip.P, strip.Depth, strip.Column, strip.Columns, strip.Width, tiles);
        int ahead = next.P, aheadPerTile = tiles >= TilesToPrefetch ? (next.Depth + tiles - 1) / tiles : 0;
        bool fresh = strip.P == 0 && !_accumulate;
        for (int rows; tiles > 0; tiles--, row += rows, ahead += aheadPerTile)
        {
            _b.Prefetch(ahead, ahead + aheadPerTile, next.Column, next.Columns);
            rows = (rowEnd - row + tiles - 1) / tiles; // evenly: a tile of few rows would wait for its sums
            float* a = _a.Data + row * _a.RowStride + strip.P * _a.ColumnStride;
            float* c = _c.Data + row * _c.RowStride + strip.Column;
            if (strip.Columns == strip.Width)
                Tile(rows, strip, a, b, c, _c.RowStride, fresh);
            else
                Edge(rows, strip, a, b, c, fresh);
        }
    }

    void Tile(int rows, Strip strip, float* a, StripPlace b, float* c, nint cRow, bool fresh) => GemmTiles.Run(
        b.Type, rows, strip.Width, strip.Depth, a, _a.RowStride, _a.ColumnStride, b.Data, b.Stride, c, cRow, fresh);

    /// <summary>A tile whose last vector reaches beyond C is computed beside it.</summary>
    void Edge(int rows, Strip strip, float* a, StripPlace b, float* c, bool fresh)
    {
        float* tile = stackalloc float[GemmTiles.Rows * GemmTiles.Columns];
        (int columns, int width) = (strip.Columns, strip.Width);
        for (int r = 0; r < rows && !fresh; r++)
            new Span<float>(c + r * _c.RowStride, columns).CopyTo(new Span<float>(tile + r * width, columns));
        Tile(rows, strip, a, b, tile, width, fresh);
        for (int r = 0; r < rows; r++)
            new Span<float>(tile + r * width, columns).CopyTo(new Span<float>(c + r * _c.RowStride, columns));
    }

    void Clear(int row, int rowEnd, int panel, int panelEnd)
    {
        int column = panel * GemmTiles.Columns;
        int columns = Math.Min(panelEnd * GemmTiles.Columns, Columns) - column;
        for (; row < rowEnd; row++)
            new Span<float>(_c.Data + row * _c.RowStride + column, columns).Clear();
    }

    /// <summary>A panel over the stretch of k that begins at P; Width is its columns, up to whole vectors.</summary>
    readonly record struct Strip(int P, int Depth, int Column, int Columns)
    {
        public int Width => (Columns + GemmTiles.Width - 1) / GemmTiles.Width * GemmTiles.Width;
    }
}
