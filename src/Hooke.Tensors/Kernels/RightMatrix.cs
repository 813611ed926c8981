using System.Runtime.Intrinsics.X86;

namespace Hooke.Tensors;

/// <summary>The right-hand matrix B [k, n] of a product: a view, or part of a packed matrix as it is or transposed.</summary>
internal readonly unsafe struct RightMatrix
{
    const int CacheLine = 64 / sizeof(float);

    // Measured: a strip whose rows are several cache lines wide bears being read in place for longer.
    static readonly int DirectTiles = GemmTiles.Columns >= 2 * CacheLine ? 8 : 2;

    // Measured: more tiles read a strip faster once it is widened; half precision takes four times the work of bfloat16.
    const int TilesThatWidenBF16 = 4, TilesThatWidenF16 = 1;

    readonly MatrixView _view; // of a packed matrix only the sizes hold
    readonly PackedMatrix? _packed;
    readonly int _row, _column;
    readonly bool _isTransposed;

    RightMatrix(MatrixView view, PackedMatrix? packed, int row, int column, bool isTransposed) =>
        (_view, _packed, _row, _column, _isTransposed) = (view, packed, row, column, isTransposed);

    /// <summary>A packed matrix.</summary>
    public RightMatrix(PackedMatrix packed)
        : this(new(null, packed.Rows, packed.Columns), packed, 0, 0, false) { }

    public static implicit operator RightMatrix(MatrixView view) => new(view, null, 0, 0, false);

    public static implicit operator RightMatrix(PackedMatrix packed) => new(packed);

    public int Rows => _view.Rows;

    public int Columns => _view.Columns;

    /// <summary>Rows and columns exchanged.</summary>
    public RightMatrix Transposed => new(_view.Transposed, _packed, _column, _row, !_isTransposed);

    /// <summary>What the numbers belong to, to be kept alive.</summary>
    public object? Owner => _packed;

    /// <summary>So many rows and columns from some place on.</summary>
    public RightMatrix Part(int row, int rows, int column, int columns) => new(
        new(_packed is null ? _view.Data + row * _view.RowStride + column * _view.ColumnStride : null,
            rows, columns, _view.RowStride, _view.ColumnStride),
        _packed, _row + row, _column + column, _isTransposed);

    /// <summary>
    /// The rows from <paramref name="p"/> on of some columns, <paramref name="width"/> of which may be read: where they
    /// lie if <paramref name="tiles"/> that read them do well so, or else in this thread's own memory.
    /// </summary>
    public StripPlace Strip(int p, int depth, int column, int columns, int width, int tiles)
    {
        float* own = ThreadMemory.Strip;
        if (_packed is null)
        {
            float* from = _view.Data + p * _view.RowStride + column * _view.ColumnStride;
            if (_view.ColumnStride == 1 && columns == width && tiles <= DirectTiles)
                return new(from, _view.RowStride);
            Packing.Strip(from, _view.RowStride, _view.ColumnStride, depth, columns, own, width, width);
        }
        else if (_isTransposed)
        {
            _packed.ReadTransposed(_column + column, columns, _row + p, depth, own, width, width);
        }
        else
        {
            (int panel, int lane) = Math.DivRem(_column + column, GemmTiles.Columns);
            if (tiles <= MostTilesInPlace(_packed.Type) && lane + width <= _packed.WidthOf(panel))
                return _packed.Place(_row + p, panel, lane);
            _packed.Read(_row + p, depth, _column + column, columns, own, width, width);
        }
        return new(own, width);
    }

    static int MostTilesInPlace(NumberType type) => type switch
    {
        NumberType.F32 => int.MaxValue,
        NumberType.BF16 => TilesThatWidenBF16,
        _ => TilesThatWidenF16,
    };

    /// <summary>Asks for some rows of a strip to come, where that was measured to help.</summary>
    public void Prefetch(int row, int rowEnd, int column, int columns)
    {
        if (_packed is not null || _view.ColumnStride != 1 || !Sse.IsSupported)
            return;
        for (rowEnd = Math.Min(rowEnd, Rows); row < rowEnd; row++)
            for (int at = 0; at < columns; at += CacheLine)
                Sse.Prefetch1(_view.Data + row * _view.RowStride + column + at);
    }

    /// <summary>Copies all to row-major memory.</summary>
    public void CopyTo(float* to) => CopyTo(0, Rows, to);

    /// <summary>Copies some rows to row-major memory.</summary>
    public void CopyTo(int row, int rows, float* to)
    {
        if (_packed is null)
            Packing.Strip(_view.Data + row * _view.RowStride, _view.RowStride, _view.ColumnStride,
                rows, Columns, to, Columns, Columns);
        else if (_isTransposed)
            _packed.ReadTransposed(_column, Columns, _row + row, rows, to, Columns, Columns);
        else
            _packed.Read(_row + row, rows, _column, Columns, to, Columns, Columns);
    }
}

/// <summary>Where a strip's numbers lie, the next row so many bytes after one.</summary>
internal readonly unsafe struct StripPlace(byte* data, nint stride, NumberType type)
{
    /// <summary>Float32 numbers, the next row so many numbers after one.</summary>
    public StripPlace(float* data, nint stride) : this((byte*)data, stride * sizeof(float), NumberType.F32) { }

    public byte* Data => data;

    public nint Stride => stride;

    public NumberType Type => type;
}
