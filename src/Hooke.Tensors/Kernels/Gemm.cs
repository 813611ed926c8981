using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

/// <summary>
/// Matrix products, bit for bit: C[i,j] starts from 0 (or its old value) and for p = 0 … k−1 in order
/// becomes fma(A[i,p], B[p,j], C[i,j]). Neither blocking, threads nor vector width change a bit.
/// </summary>
internal static unsafe class Gemm
{
    /// <summary>C = A · B, or C += A · B. A is [m, k], B is [k, n], C is [m, n] with column stride 1.</summary>
    public static void Multiply(MatrixView a, MatrixView b, MatrixView c, bool accumulate = false)
    {
        Check(a, b.Rows, b.Columns, c);
        Work.For(c.Rows, 1 + 65_536 / (1 + a.Columns * c.Columns), (start, end) => Rows(a, b, c, accumulate, start, end));
    }

    /// <summary>C = A · B with B packed beforehand.</summary>
    public static void Multiply(MatrixView a, PackedMatrix b, MatrixView c, bool accumulate = false) =>
        Multiply(a, b.View, c, accumulate);

    /// <summary>Many independent products, spread over the threads.</summary>
    public static void MultiplyBatch(int count, Func<int, MatrixProduct> product, bool accumulate = false) =>
        Work.For(count, i =>
        {
            MatrixProduct one = product(i);
            Check(one.A, one.B.Rows, one.B.Columns, one.C);
            Rows(one.A, one.B, one.C, accumulate, 0, one.C.Rows);
        });

    static void Check(MatrixView a, int k, int n, MatrixView c)
    {
        if (a.Columns != k || a.Rows != c.Rows || n != c.Columns || (c.ColumnStride != 1 && c.Columns > 1))
        {
            throw new InvalidOperationException($"Bug in Hooke: [{a.Rows}, {a.Columns}] times [{k}, {n}] into " +
                $"[{c.Rows}, {c.Columns}] with column stride {c.ColumnStride}.");
        }
    }

    static void Rows(MatrixView a, MatrixView b, MatrixView c, bool accumulate, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            float* row = c.Data + i * c.RowStride;
            if (!accumulate)
                new Span<float>(row, c.Columns).Clear();
            for (int p = 0; p < a.Columns; p++)
            {
                float value = a.Data[i * a.RowStride + p * a.ColumnStride];
                float* from = b.Data + p * b.RowStride;
                int j = 0;
                if (b.ColumnStride == 1)
                {
                    for (; j <= c.Columns - 8; j += 8)
                    {
                        Vector256.FusedMultiplyAdd(Vector256.Create(value), Vector256.Load(from + j),
                            Vector256.Load(row + j)).Store(row + j);
                    }
                }
                for (; j < c.Columns; j++)
                    row[j] = MathF.FusedMultiplyAdd(value, from[j * b.ColumnStride], row[j]);
            }
        }
    }
}
