using System.Numerics.Tensors;

namespace Hooke.Tensors;

/// <summary>A matrix of doubles in row-major order, for the algebra of small matrices.</summary>
/// <remarks>Products add up over the inner index in order, fused, so bytes depend on neither threads nor vector width.</remarks>
public sealed class Matrix
{
    const int RowGrain = 64;

    readonly double[] _values;

    /// <summary>A matrix of zeros.</summary>
    public Matrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        (Rows, Columns, _values) = (rows, columns, new double[checked(rows * columns)]);
    }

    /// <summary>A matrix whose entries a function gives.</summary>
    public Matrix(int rows, int columns, Func<int, int, double> entry) : this(rows, columns)
    {
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                _values[(i * columns) + j] = entry(i, j);
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>One entry.</summary>
    public double this[int row, int column]
    {
        get => Row(row)[column];
        set => Row(row)[column] = value;
    }

    /// <summary>One row, in place.</summary>
    public Span<double> Row(int row) => _values.AsSpan(row * Columns, Columns);

    /// <summary>One column, copied.</summary>
    public double[] Column(int column)
    {
        double[] copy = new double[Rows];
        for (int i = 0; i < Rows; i++)
            copy[i] = _values[(i * Columns) + column];
        return copy;
    }

    /// <summary>Rows and columns exchanged, copied.</summary>
    public Matrix Transposed() => new(Columns, Rows, (i, j) => _values[(j * Columns) + i]);

    /// <summary>√Σ entries².</summary>
    public double Norm() => Math.Sqrt(Vectors.Dot(_values, _values));

    /// <summary>Whether no entry is infinite or not a number.</summary>
    public bool IsFinite() => Array.TrueForAll(_values, double.IsFinite);

    /// <summary>This · other.</summary>
    /// <exception cref="ArgumentException">The inner sizes differ.</exception>
    public Matrix Times(Matrix other)
    {
        if (Columns != other.Rows)
            throw new ArgumentException($"a product of [{Rows}, {Columns}] and [{other.Rows}, {other.Columns}]");
        Matrix product = new(Rows, other.Columns);
        Work.For(Rows, RowGrain, (start, end) =>
        {
            for (int i = start; i < end; i++)
                other.AddRows(Row(i), product.Row(i));
        });
        return product;
    }

    /// <summary>x · matrix for the rows x of a float matrix [rows, matrix.Rows].</summary>
    /// <exception cref="ArgumentException">The inner sizes differ.</exception>
    public static Matrix Product(Tensor rows, Matrix matrix)
    {
        if (rows.Shape.Rank != 2 || rows.Shape[1] != matrix.Rows)
            throw new ArgumentException($"a product of {rows.Shape} and [{matrix.Rows}, {matrix.Columns}]");
        Matrix product = new(rows.Shape[0], matrix.Columns);
        Work.For(product.Rows, RowGrain, (start, end) =>
        {
            double[] row = new double[matrix.Rows];
            for (int i = start; i < end; i++)
            {
                TensorPrimitives.ConvertChecked<float, double>(rows.Data.Slice(i * row.Length, row.Length), row);
                matrix.AddRows(row, product.Row(i));
            }
        });
        return product;
    }

    /// <summary>Gramᵀ = Σ over rows r of a[r]ᵀ · b[r], [a's columns, b's columns].</summary>
    /// <remarks>Floats within a stretch of rows, doubles over the stretches: the error does not grow with the rows.</remarks>
    /// <exception cref="ArgumentException">The numbers of rows differ.</exception>
    public static unsafe Matrix TransposedProduct(Tensor a, Tensor b)
    {
        const int Stretch = 1024;
        (int rows, int m, int n) = (a.Shape[0], a.Shape[^1], b.Shape[^1]);
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2 || rows != b.Shape[0])
            throw new ArgumentException($"a product of {a.Shape}ᵀ and {b.Shape}");
        Matrix sum = new(m, n);
        using Tensor part = Tensor.Uninitialized(m, n);
        double[] wide = new double[m * n];
        for (int start = 0; start < rows; start += Stretch)
        {
            int count = Math.Min(Stretch, rows - start);
            Gemm.Multiply(new MatrixView(a.Pointer + ((long)start * m), count, m).Transposed,
                new MatrixView(b.Pointer + ((long)start * n), count, n), part.Matrix());
            TensorPrimitives.ConvertChecked<float, double>(part.Data, wide);
            TensorPrimitives.Add(sum._values, wide, sum._values);
        }
        return sum;
    }

    /// <summary>The entries as floats [rows, columns].</summary>
    public Tensor ToTensor()
    {
        Tensor tensor = Tensor.Uninitialized(Rows, Columns);
        for (int i = 0; i < _values.Length; i++)
            tensor.Data[i] = (float)_values[i];
        return tensor;
    }

    // into += weights · this, row by row.
    void AddRows(ReadOnlySpan<double> weights, Span<double> into)
    {
        for (int p = 0; p < weights.Length; p++)
            TensorPrimitives.FusedMultiplyAdd(Row(p), weights[p], into, into);
    }
}
