using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>A constant right-hand matrix B [k, n], copied once into the order in which products read it.</summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    float* _data;

    /// <summary>Packs B; a transposed one is given as the <see cref="MatrixView.Transposed"/> of its storage.</summary>
    public PackedMatrix(MatrixView b)
    {
        Rows = b.Rows;
        Columns = b.Columns;
        _data = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, (long)b.Rows * b.Columns) * sizeof(float), 64);
        for (int p = 0; p < b.Rows; p++)
        {
            for (int j = 0; j < b.Columns; j++)
                _data[(long)p * b.Columns + j] = b.Data[p * b.RowStride + j * b.ColumnStride];
        }
    }

    ~PackedMatrix() => Free();

    public int Rows { get; }

    public int Columns { get; }

    internal MatrixView View
    {
        get
        {
            ObjectDisposedException.ThrowIf(_data == null, this);
            return new(_data, Rows, Columns);
        }
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
