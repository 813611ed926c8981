using System.Numerics;

namespace Hooke.Tensors;

/// <summary>The complex eigenvalues of a real square matrix: reduction to Hessenberg form, then double-shift QR steps.</summary>
/// <remarks>Source: Golub and Van Loan 2013, "Matrix Computations", §7.4 and §7.5; Francis 1961.</remarks>
public static class Eigenvalues
{
    const int MostSteps = 60;    // for one eigenvalue; two or three are usual
    const double Unit = 2.2e-16; // the spacing of doubles at 1

    /// <summary>All eigenvalues by magnitude, then real, then imaginary part, descending; pairs are exact conjugates.</summary>
    /// <exception cref="ArgumentException">The matrix is not square, or an entry is not finite.</exception>
    public static IReadOnlyList<Complex> Of(Matrix matrix)
    {
        if (matrix.Rows != matrix.Columns || !matrix.IsFinite())
            throw new ArgumentException(
                $"eigenvalues of a matrix [{matrix.Rows}, {matrix.Columns}]: it must be square and finite");
        Matrix h = new(matrix.Rows, matrix.Rows, (i, j) => matrix[i, j]);
        ToHessenberg(h);
        Complex[] values = new Complex[h.Rows];
        int steps = 0;
        for (int last = h.Rows - 1; last >= 0;)
        {
            int first = StartOfBlock(h, last);
            if (last - first >= 2)
            {
                if (++steps > MostSteps)
                    throw new InvalidOperationException("Bug in Hooke: QR steps did not come to rest");
                Step(h, first, last, steps);
                continue;
            }
            if (last == first)
                values[last] = h[last, last];
            else
                (values[first], values[last]) = OfPair(h[first, first], h[first, last], h[last, first], h[last, last]);
            (last, steps) = (first - 1, 0);
        }
        return [.. values.OrderByDescending(v => (v.Real * v.Real) + (v.Imaginary * v.Imaginary))
            .ThenByDescending(v => v.Real).ThenByDescending(v => v.Imaginary)];
    }

    static void ToHessenberg(Matrix h)
    {
        int n = h.Rows;
        for (int k = 0; k < n - 2; k++)
        {
            double[] v = OrthogonalFactors.Reflector(h.Column(k).AsSpan(k + 1));
            FromLeft(h, v, k + 1, k, n);
            FromRight(h, v, k + 1, 0, n);
            for (int i = k + 2; i < n; i++)
                h[i, k] = 0;
        }
    }

    // Where the block that ends at last starts: behind the nearest entry below the diagonal that is as good as nothing.
    static int StartOfBlock(Matrix h, int last)
    {
        for (int i = last; i > 0; i--)
        {
            double around = Math.Abs(h[i - 1, i - 1]) + Math.Abs(h[i, i]);
            if (Math.Abs(h[i, i - 1]) <= Unit * (around > 0 ? around : h.Norm()))
                return i;
        }
        return 0;
    }

    // One Francis step on rows and columns first..last: both shifts at once, in real numbers.
    static void Step(Matrix h, int first, int last, int step)
    {
        double trace = h[last - 1, last - 1] + h[last, last];
        double determinant = (h[last - 1, last - 1] * h[last, last]) - (h[last - 1, last] * h[last, last - 1]);
        if (step % 10 == 0) // other shifts, for the rare matrix that the usual ones turn in circles
        {
            double size = Math.Abs(h[last, last - 1]) + Math.Abs(h[last - 1, last - 2]);
            (trace, determinant) = (1.5 * size, size * size);
        }
        double a = h[first, first], c = h[first + 1, first];
        double[] bulge =
        [
            (a * a) + (h[first, first + 1] * c) - (trace * a) + determinant,
            c * (a + h[first + 1, first + 1] - trace),
            c * h[first + 2, first + 1],
        ];
        for (int k = first; k < last; k++)
        {
            int width = Math.Min(3, last - k + 1);
            double[] v = OrthogonalFactors.Reflector(bulge.AsSpan(0, width));
            FromLeft(h, v, k, Math.Max(first, k - 1), last + 1);
            FromRight(h, v, k, first, Math.Min(k + 4, last + 1));
            for (int i = 0; i < 3; i++)
                bulge[i] = k + 1 + i <= last ? h[k + 1 + i, k] : 0;
            for (int i = k + 1; k > first && i < k + width; i++)
                h[i, k - 1] = 0;
        }
    }

    // h ← (1 − 2vvᵀ)·h on the rows from row on, in columns [from, to).
    static void FromLeft(Matrix h, double[] v, int row, int from, int to)
    {
        for (int j = from; j < to; j++)
        {
            double dot = 0;
            for (int i = 0; i < v.Length; i++)
                dot += v[i] * h[row + i, j];
            for (int i = 0; i < v.Length; i++)
                h[row + i, j] -= 2 * dot * v[i];
        }
    }

    // h ← h·(1 − 2vvᵀ) on the columns from column on, in rows [from, to).
    static void FromRight(Matrix h, double[] v, int column, int from, int to)
    {
        for (int i = from; i < to; i++)
            OrthogonalFactors.Reflect(v, h.Row(i).Slice(column, v.Length));
    }

    // Roots of λ² − (a + d)λ + ad − bc; the larger real one first, the other from their product, which loses no digits.
    static (Complex, Complex) OfPair(double a, double b, double c, double d)
    {
        double half = (a - d) / 2, inside = (half * half) + (b * c);
        if (inside < 0)
        {
            double root = Math.Sqrt(-inside);
            return (new((a + d) / 2, root), new((a + d) / 2, -root));
        }
        double far = half + (half < 0 ? -Math.Sqrt(inside) : Math.Sqrt(inside));
        return (d + far, far == 0 ? d : d - (b * c / far));
    }
}
