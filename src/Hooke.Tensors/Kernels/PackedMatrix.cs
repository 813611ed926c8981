using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Hooke.Tensors;

/// <summary>
/// A constant right-hand matrix B [k, n] in panels of as many columns as a tile has, each panel contiguous, row-major and
/// padded with zeros to whole vectors; its numbers are float32, or 16 bits wide and widened as they are read.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    // Rows that are packed by one thread at a time: about as much as stays in its cache.
    const int NumbersAtOnce = 1 << 17;

    static long _heldBytes;

    readonly nint _bytes;
    byte* _data;
    int _references = 1;

    PackedMatrix(int rows, int columns, NumberType type)
    {
        (Rows, Columns, Type) = (rows, columns, type);
        _bytes = (nint)rows * (LastPanel * GemmTiles.Columns + WidthOf(LastPanel)) * Size;
        _data = LargeBlock.Allocate(_bytes);
        Interlocked.Add(ref _heldBytes, _bytes);
    }

    /// <summary>Packs B; a transposed one is given as the <see cref="MatrixView.Transposed"/> of its storage.</summary>
    public PackedMatrix(MatrixView b) : this(b.Rows, b.Columns, NumberType.F32) =>
        Work.For(Panels, panel =>
        {
            int column = panel * GemmTiles.Columns, width = WidthOf(panel);
            Packing.Strip(b.Data + column * b.ColumnStride, b.RowStride, b.ColumnStride, b.Rows,
                Math.Min(GemmTiles.Columns, b.Columns - column), (float*)Panel(panel), width, width);
        });

    ~PackedMatrix() => Free();

    /// <summary>Bytes that all packed matrices together take.</summary>
    public static long HeldBytes => Volatile.Read(ref _heldBytes);

    public int Rows { get; }

    public int Columns { get; }

    int Panels => (Columns + GemmTiles.Columns - 1) / GemmTiles.Columns;

    int LastPanel => Math.Max(0, Panels - 1);

    bool IsFloat32 => Type == NumberType.F32;

    int Size => IsFloat32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Packs a matrix whose rows come one after the other.</summary>
    public static PackedMatrix FromRows(int rows, int columns, NumberType type, RowReader read)
    {
        PackedMatrix packed = new(rows, columns, type);
        packed.Fill(rows, columns, 1, read, (row, count, from) =>
        {
            for (int panel = 0; panel < packed.Panels; panel++)
            {
                (int column, int width) = (panel * GemmTiles.Columns, packed.WidthOf(panel));
                packed.Copy((byte*)from + (nint)column * packed.Size, columns, 1, count,
                    Math.Min(GemmTiles.Columns, columns - column), panel, row);
            }
        });
        return packed;
    }

    /// <summary>Packs a matrix whose columns come one after the other.</summary>
    public static PackedMatrix FromColumns(int rows, int columns, NumberType type, RowReader read)
    {
        PackedMatrix packed = new(rows, columns, type);
        packed.Fill(columns, rows, GemmTiles.Columns, read, (column, count, from) =>
        {
            for (int at = 0; at < count; at += GemmTiles.Columns)
                packed.Copy((byte*)from + (nint)at * rows * packed.Size, 1, rows, rows,
                    Math.Min(GemmTiles.Columns, count - at), (column + at) / GemmTiles.Columns, 0);
        });
        return packed;
    }

    /// <summary>The type of the numbers.</summary>
    public NumberType Type { get; }

    /// <summary>Where the numbers from a row and a lane of a panel on lie.</summary>
    public StripPlace Place(int row, int panel, int lane)
    {
        int width = WidthOf(panel);
        return new(Panel(panel) + (((nint)row * width) + lane) * Size, (nint)width * Size, Type);
    }

    /// <summary>Columns of a panel, up to whole vectors.</summary>
    public int WidthOf(int panel)
    {
        int columns = Math.Min(GemmTiles.Columns, Columns - panel * GemmTiles.Columns);
        return (columns + GemmTiles.Width - 1) / GemmTiles.Width * GemmTiles.Width;
    }

    /// <summary>
    /// to[i · stride + j] = B[row + i, column + j], and 0 for j from <paramref name="columns"/> to
    /// <paramref name="padTo"/>.
    /// </summary>
    public void Read(int row, int rows, int column, int columns, float* to, nint stride, int padTo)
    {
        for (int done = 0; done < columns;)
        {
            (int panel, int lane) = Math.DivRem(column + done, GemmTiles.Columns);
            int width = WidthOf(panel), lanes = Math.Min(GemmTiles.Columns - lane, columns - done);
            int pad = done + lanes == columns ? padTo - done : lanes;
            if (!IsFloat32 && lane == 0 && lanes == width && stride == width)
            {
                WidenTo(to + done, (ushort*)Panel(panel) + (nint)row * width, rows * width);
            }
            else
            {
                for (int at = 0, count; at < rows; at += count)
                {
                    float* from = Piece(row + at, count = PieceRows(rows - at), panel, width);
                    Packing.Strip(from + lane, width, 1, count, lanes, to + at * stride + done, stride, pad);
                }
            }
            done += lanes;
        }
    }

    /// <summary>
    /// to[j · stride + i] = B[row + i, column + j], and 0 for i from <paramref name="rows"/> to
    /// <paramref name="padTo"/>.
    /// </summary>
    public void ReadTransposed(int row, int rows, int column, int columns, float* to, nint stride, int padTo)
    {
        for (int done = 0; done < columns;)
        {
            (int panel, int lane) = Math.DivRem(column + done, GemmTiles.Columns);
            int width = WidthOf(panel), lanes = Math.Min(GemmTiles.Columns - lane, columns - done);
            if (done + lanes + GemmTiles.Columns < columns)
                Prefetch(row, rows, panel + 2); // measured: a panel is far from the one before, and takes two to come
            for (int at = 0, count; at < rows; at += count)
            {
                float* from = Piece(row + at, count = PieceRows(rows - at), panel, width);
                int pad = at + count == rows ? padTo - at : count;
                Packing.Strip(from + lane, 1, width, lanes, count, to + done * stride + at, stride, pad);
            }
            done += lanes;
        }
    }

    public PackedMatrix Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        Free();
        GC.SuppressFinalize(this);
    }

    byte* Panel(int panel)
    {
        ObjectDisposedException.ThrowIf(_data == null, this);
        return _data + (nint)panel * GemmTiles.Columns * Rows * Size;
    }

    /// <summary>Asks for some rows of a panel to come, no more than fit near the processor.</summary>
    void Prefetch(int row, int rows, int panel)
    {
        const int CacheLine = 64, MostBytes = 1 << 14;
        if (!Sse.IsSupported)
            return;
        int rowBytes = WidthOf(panel) * Size;
        byte* from = Panel(panel) + (nint)row * rowBytes;
        for (int at = 0; at < Math.Min(rows * rowBytes, MostBytes); at += CacheLine)
            Sse.Prefetch1(from + at);
    }

    int PieceRows(int rows) => IsFloat32 ? rows : Math.Min(rows, GemmTiles.Columns);

    /// <summary>Rows of a panel as float32: where they lie, or widened into this thread's own memory.</summary>
    float* Piece(int row, int rows, int panel, int width)
    {
        if (IsFloat32)
            return (float*)Panel(panel) + (nint)row * width;
        float* widened = ThreadMemory.Widening;
        WidenTo(widened, (ushort*)Panel(panel) + (nint)row * width, rows * width);
        return widened;
    }

    void WidenTo(float* to, ushort* from, int count)
    {
        if (Type == NumberType.BF16)
            Widen.BFloat16(new(from, count), new(to, count));
        else
            Widen.Float16(new(from, count), new(to, count));
    }

    /// <summary>Reads so many rows of so many numbers, in pieces of a multiple of rows, and hands each on.</summary>
    void Fill(int rows, int width, int multiple, RowReader read, PieceTaker take)
    {
        int piece = Math.Max(1, NumbersAtOnce / Math.Max(1, width) / multiple) * multiple;
        try
        {
            Work.For(rows, piece, (start, end) => FillPiece(start, end - start, width, read, take));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    void FillPiece(int row, int count, int width, RowReader read, PieceTaker take)
    {
        int bytes = checked(count * width * Size);
        byte* stored = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), 64);
        try
        {
            read(row, count, new(stored, bytes));
            take(row, count, stored);
        }
        finally
        {
            NativeMemory.AlignedFree(stored);
        }
    }

    /// <summary>Copies [rows, lanes] into a panel from its given row on; strides are in numbers.</summary>
    void Copy(byte* from, nint rowStride, nint laneStride, int rows, int lanes, int panel, int row)
    {
        int width = WidthOf(panel);
        byte* to = Panel(panel) + (nint)row * width * Size;
        if (IsFloat32)
            Packing.Strip((float*)from, rowStride, laneStride, rows, lanes, (float*)to, width, width);
        else
            Packing.Strip((ushort*)from, rowStride, laneStride, rows, lanes, (ushort*)to, width, width);
    }

    void Free()
    {
        if (_data == null)
            return;
        NativeMemory.AlignedFree(_data);
        _data = null;
        Interlocked.Add(ref _heldBytes, -_bytes);
    }

    delegate void PieceTaker(int row, int rows, byte* from);
}
