namespace Hooke.Tensors;

/// <summary>A matrix in somebody else's memory: element (i, j) is at data[i · rowStride + j · columnStride].</summary>
internal readonly unsafe struct MatrixView(float* data, int rows, int columns, nint rowStride, nint columnStride)
{
    /// <summary>A row-major matrix without gaps.</summary>
    public MatrixView(float* data, int rows, int columns) : this(data, rows, columns, columns, 1) { }

    public float* Data => data;

    public int Rows => rows;

    public int Columns => columns;

    public nint RowStride => rowStride;

    public nint ColumnStride => columnStride;

    /// <summary>The same numbers with rows and columns exchanged.</summary>
    public MatrixView Transposed => new(data, columns, rows, columnStride, rowStride);
}

/// <summary>One product C = A · B of a batch.</summary>
internal readonly struct MatrixProduct(MatrixView a, RightMatrix b, MatrixView c)
{
    public MatrixView A => a;

    public RightMatrix B => b;

    public MatrixView C => c;
}
