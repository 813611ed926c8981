using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>One product cut into blocks: a stretch of k at a time, a panel of columns at a time, a tile at a time.</summary>
internal readonly unsafe struct GemmBlocks
{
    const int DepthOfBlock = 256;

    readonly MatrixView _a, _b, _c;
    readonly PackedMatrix? _packed;
    readonly bool _accumulate;

    /// <summary>With <paramref name="packed"/>, B gives only the shape.</summary>
    public GemmBlocks(MatrixView a, MatrixView b, PackedMatrix? packed, MatrixView c, bool accumulate)
    {
        if (a.Columns != b.Rows || a.Rows != c.Rows || b.Columns != c.Columns || (c.ColumnStride != 1 && c.Columns > 1))
        {
            throw new InvalidOperationException($"Bug in Hooke: [{a.Rows}, {a.Columns}] times [{b.Rows}, {b.Columns}] " +
                $"into [{c.Rows}, {c.Columns}] with column stride {c.ColumnStride}.");
        }
        (_a, _b, _packed, _c, _accumulate) = (a, b, packed, c, accumulate);
    }

    public int Rows => _c.Rows;

    public int Columns => _c.Columns;

    public int Depth => _a.Columns;

    /// <summary>How many panels the columns make.</summary>
    public int Panels => (Columns + GemmTiles.Columns - 1) / GemmTiles.Columns;

    /// <summary>Computes the given rows of the given panels.</summary>
    public void Multiply(int row, int rowEnd, int panel, int panelEnd)
    {
        if (Depth == 0 && !_accumulate)
            Clear(row, rowEnd, panel, panelEnd);
        GemmScratch scratch = GemmScratch.OfThisThread;
        for (int p = 0; p < Depth; p += DepthOfBlock)
        {
            int depth = Math.Min(DepthOfBlock, Depth - p);
            for (int at = panel; at < panelEnd; at++)
                MultiplyPanel(row, rowEnd, at, p, depth, scratch);
        }
    }

    void MultiplyPanel(int row, int rowEnd, int panel, int p, int depth, GemmScratch scratch)
    {
        int column = panel * GemmTiles.Columns;
        int columns = Math.Min(GemmTiles.Columns, Columns - column);
        int width = (columns + GemmTiles.Width - 1) / GemmTiles.Width * GemmTiles.Width;
        bool fresh = p == 0 && !_accumulate;
        float* b;
        nint bStep = width;
        if (_packed != null)
        {
            b = _packed.Panel(panel) + (nint)p * width;
        }
        else if (_b.ColumnStride == 1 && columns == width && rowEnd - row <= 2 * GemmTiles.Rows)
        {
            b = _b.Data + p * _b.RowStride + column;
            bStep = _b.RowStride;
        }
        else
        {
            b = scratch.Strip;
            Packing.Strip(_b.Data + p * _b.RowStride + column * _b.ColumnStride, _b.RowStride, _b.ColumnStride,
                depth, columns, b, width);
        }
        for (; row < rowEnd; row += GemmTiles.Rows)
        {
            int rows = Math.Min(GemmTiles.Rows, rowEnd - row);
            float* a = _a.Data + row * _a.RowStride + p * _a.ColumnStride;
            float* c = _c.Data + row * _c.RowStride + column;
            if (columns == width)
                GemmTiles.Run(rows, width, depth, a, _a.RowStride, _a.ColumnStride, b, bStep, c, _c.RowStride, fresh);
            else
                Edge(rows, columns, width, depth, a, b, bStep, c, fresh);
        }
    }

    /// <summary>A tile whose last vector reaches beyond C goes through a full one beside it.</summary>
    void Edge(int rows, int columns, int width, int depth, float* a, float* b, nint bStep, float* c, bool fresh)
    {
        float* tile = stackalloc float[GemmTiles.Rows * GemmTiles.Columns];
        for (int r = 0; r < rows && !fresh; r++)
            new Span<float>(c + r * _c.RowStride, columns).CopyTo(new Span<float>(tile + r * width, columns));
        GemmTiles.Run(rows, width, depth, a, _a.RowStride, _a.ColumnStride, b, bStep, tile, width, fresh);
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

    /// <summary>A thread's own memory for what it packs.</summary>
    sealed class GemmScratch
    {
        [ThreadStatic] static GemmScratch? _ofThisThread;

        GemmScratch() => Strip = (float*)NativeMemory.AlignedAlloc(
            (nuint)(DepthOfBlock * GemmTiles.Columns * sizeof(float)), 64);

        ~GemmScratch() => NativeMemory.AlignedFree(Strip);

        public static GemmScratch OfThisThread => _ofThisThread ??= new();

        public float* Strip { get; }
    }
}
