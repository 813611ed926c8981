using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

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
    const int StretchOfK = 384; // a strip is then at most 72 KiB
    const int CacheLine = 64 / sizeof(float);

    // What follows was measured. With so few tiles a strip is not read often enough to be worth packing; one whose
    // rows are several cache lines wide bears being read in place longer.
    static readonly int DirectTiles = GemmTiles.Columns >= 2 * CacheLine ? 8 : 2;
    const int TilesToPrefetch = 4; // fewer tiles are done before what they ask for arrives

    readonly MatrixView _a, _b, _c;
    readonly PackedMatrix? _packed;
    readonly bool _accumulate;

    /// <summary>C = A · B, or C += A · B; with <paramref name="packed"/>, B gives only the shape.</summary>
    public GemmBlocks(MatrixView a, MatrixView b, PackedMatrix? packed, MatrixView c, bool accumulate)
    {
        if (a.Columns != b.Rows || a.Rows != c.Rows || b.Columns != c.Columns || (c.ColumnStride != 1 && c.Columns > 1))
        {
            throw new InvalidOperationException($"Bug in Hooke: [{a.Rows}, {a.Columns}] times " +
                $"[{b.Rows}, {b.Columns}] into [{c.Rows}, {c.Columns}] with column stride {c.ColumnStride}.");
        }
        (_a, _b, _packed, _c, _accumulate) = (a, b, packed, c, accumulate);
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

    /// <summary>Where B has the numbers of one panel over one stretch of k; of no depth beyond the end.</summary>
    Strip StripAt(int panel, int p)
    {
        int column = panel * GemmTiles.Columns;
        int columns = Math.Min(GemmTiles.Columns, Columns - column);
        int depth = Math.Min(StretchOfK, Depth - p);
        int width = (columns + GemmTiles.Width - 1) / GemmTiles.Width * GemmTiles.Width;
        MatrixView data = _packed == null
            ? new(_b.Data + p * _b.RowStride + column * _b.ColumnStride, depth, columns, _b.RowStride, _b.ColumnStride)
            : new(_packed.Panel(panel) + (nint)p * width, depth, columns, width, 1);
        return new(p, column, width, data);
    }

    void MultiplyStrip(int row, int rowEnd, Strip strip, Strip next)
    {
        (MatrixView b, int width) = (strip.Data, strip.Width);
        int tiles = (rowEnd - row + GemmTiles.Rows - 1) / GemmTiles.Rows;
        bool isReady = _packed != null || (b.ColumnStride == 1 && b.Columns == width && tiles <= DirectTiles);
        if (!isReady)
        {
            float* to = PackingMemory.OfThisThread;
            Packing.Strip(b.Data, b.RowStride, b.ColumnStride, b.Rows, b.Columns, to, width);
            b = new(to, b.Rows, b.Columns, width, 1);
        }
        bool prefetches = _packed == null && tiles >= TilesToPrefetch;
        int ahead = 0, aheadPerTile = prefetches ? (next.Data.Rows + tiles - 1) / tiles : 0;
        bool fresh = strip.P == 0 && !_accumulate;
        for (int rows; tiles > 0; tiles--, row += rows, ahead += aheadPerTile)
        {
            Prefetch(next, ahead, ahead + aheadPerTile);
            rows = (rowEnd - row + tiles - 1) / tiles; // evenly: a tile of few rows would wait for its sums
            float* a = _a.Data + row * _a.RowStride + strip.P * _a.ColumnStride;
            float* c = _c.Data + row * _c.RowStride + strip.Column;
            if (b.Columns == width)
                Tile(rows, width, a, b, c, _c.RowStride, fresh);
            else
                Edge(rows, width, a, b, c, fresh);
        }
    }

    void Tile(int rows, int width, float* a, MatrixView b, float* c, nint cRow, bool fresh) =>
        GemmTiles.Run(rows, width, b.Rows, a, _a.RowStride, _a.ColumnStride, b.Data, b.RowStride, c, cRow, fresh);

    /// <summary>A tile whose last vector reaches beyond C is computed beside it.</summary>
    void Edge(int rows, int width, float* a, MatrixView b, float* c, bool fresh)
    {
        float* tile = stackalloc float[GemmTiles.Rows * GemmTiles.Columns];
        for (int r = 0; r < rows && !fresh; r++)
            new Span<float>(c + r * _c.RowStride, b.Columns).CopyTo(new Span<float>(tile + r * width, b.Columns));
        Tile(rows, width, a, b, tile, width, fresh);
        for (int r = 0; r < rows; r++)
            new Span<float>(tile + r * width, b.Columns).CopyTo(new Span<float>(c + r * _c.RowStride, b.Columns));
    }

    /// <summary>Asks for some rows of the strip to come, so that they arrive while this one is multiplied.</summary>
    static void Prefetch(Strip strip, int row, int rowEnd)
    {
        MatrixView data = strip.Data;
        if (!Sse.IsSupported || data.ColumnStride != 1)
            return;
        for (rowEnd = Math.Min(rowEnd, data.Rows); row < rowEnd; row++)
        {
            for (int column = 0; column < data.Columns; column += CacheLine)
                Sse.Prefetch1(data.Data + row * data.RowStride + column);
        }
    }

    void Clear(int row, int rowEnd, int panel, int panelEnd)
    {
        int column = panel * GemmTiles.Columns;
        int columns = Math.Min(panelEnd * GemmTiles.Columns, Columns) - column;
        for (; row < rowEnd; row++)
            new Span<float>(_c.Data + row * _c.RowStride + column, columns).Clear();
    }

    /// <summary>A panel over the stretch of k that begins at P; Width is its columns, up to whole vectors.</summary>
    readonly record struct Strip(int P, int Column, int Width, MatrixView Data);

    /// <summary>A thread's own memory for the strip it packs.</summary>
    sealed class PackingMemory
    {
        [ThreadStatic] static PackingMemory? _ofThisThread;

        readonly float* _data = (float*)NativeMemory.AlignedAlloc(
            (nuint)(StretchOfK * GemmTiles.Columns * sizeof(float)), 64);

        ~PackingMemory() => NativeMemory.AlignedFree(_data);

        public static float* OfThisThread => (_ofThisThread ??= new())._data;
    }
}
