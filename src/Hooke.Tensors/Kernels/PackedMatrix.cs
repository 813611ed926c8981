using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>
/// A constant right-hand matrix B [k, n], copied once into panels of as many columns as a tile has, each panel
/// contiguous and padded with zeros to whole vectors.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    float* _data;

    /// <summary>Packs B; a transposed one is given as the <see cref="MatrixView.Transposed"/> of its storage.</summary>
    public PackedMatrix(MatrixView b)
    {
        Rows = b.Rows;
        Columns = b.Columns;
        int panels = (b.Columns + GemmTiles.Columns - 1) / GemmTiles.Columns;
        nuint numbers = (nuint)Math.Max(1, (long)b.Rows * GemmTiles.Columns * panels);
        _data = (float*)NativeMemory.AlignedAlloc(numbers * sizeof(float), 64);
        Work.For(panels, panel =>
        {
            int column = panel * GemmTiles.Columns;
            Packing.Strip(b.Data + column * b.ColumnStride, b.RowStride, b.ColumnStride, b.Rows,
                Math.Min(GemmTiles.Columns, b.Columns - column), Panel(panel), PanelWidth(panel));
        });
    }

    ~PackedMatrix() => Free();

    public int Rows { get; }

    public int Columns { get; }

    /// <summary>Where the panel's numbers begin: [Rows, PanelWidth], row-major.</summary>
    public float* Panel(int panel)
    {
        ObjectDisposedException.ThrowIf(_data == null, this);
        return _data + (nint)panel * GemmTiles.Columns * Rows;
    }

    /// <summary>Columns of the panel, whole vectors.</summary>
    public int PanelWidth(int panel)
    {
        int columns = Math.Min(GemmTiles.Columns, Columns - panel * GemmTiles.Columns);
        return (columns + GemmTiles.Width - 1) / GemmTiles.Width * GemmTiles.Width;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    void Free()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
    }
}
