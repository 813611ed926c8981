using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A = L · Lᵀ of a symmetric positive definite matrix, to solve with.</summary>
sealed class CholeskyFactor
{
    readonly Matrix _lower;

    /// <summary>Factors a matrix, of which the lower half is read.</summary>
    /// <exception cref="ArgumentException">It is not positive definite.</exception>
    public CholeskyFactor(Matrix matrix)
    {
        int n = matrix.Rows;
        _lower = new Matrix(n, n);
        for (int i = 0; i < n; i++)
        {
            Span<double> row = _lower.Row(i);
            for (int j = 0; j <= i; j++)
            {
                double rest = matrix[i, j] - Dot(row[..j], _lower.Row(j)[..j]);
                if (i == j && !(rest > 0))
                    throw new ArgumentException("the matrix is not positive definite");
                row[j] = i == j ? Math.Sqrt(rest) : rest / _lower[j, j];
            }
        }
    }

    /// <summary>x of A · x = b.</summary>
    public double[] Solve(ReadOnlySpan<double> b)
    {
        double[] x = b.ToArray();
        for (int i = 0; i < x.Length; i++)
            x[i] = (x[i] - Dot(_lower.Row(i)[..i], x.AsSpan(0, i))) / _lower[i, i];
        for (int i = x.Length - 1; i >= 0; i--)
        {
            x[i] /= _lower[i, i];
            Span<double> row = _lower.Row(i);
            for (int j = 0; j < i; j++)
                x[j] -= x[i] * row[j];
        }
        return x;
    }

    /// <summary>Σ x·y in four lanes, whatever the machine's vectors.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= x.Length; i += 4)
            (a, b, c, d) = (a + (x[i] * y[i]), b + (x[i + 1] * y[i + 1]), c + (x[i + 2] * y[i + 2]), d + (x[i + 3] * y[i + 3]));
        for (; i < x.Length; i++)
            a += x[i] * y[i];
        return a + b + (c + d);
    }
}
