namespace Hooke.Tensors;

/// <summary>M = U · diag(σ) · Vᵀ, σ descending, orthonormal columns in U and V.</summary>
/// <param name="U">[m, min(m, n)]: what M writes.</param>
/// <param name="Values">σ, [min(m, n)]</param>
/// <param name="V">[n, min(m, n)]</param>
/// <remarks>One-sided Jacobi rotations. Source: Demmel and Veselić 1992, "Jacobi's method is more accurate than QR".</remarks>
public sealed record SingularValueDecomposition(Matrix U, IReadOnlyList<double> Values, Matrix V)
{
    const int MostSweeps = 60;
    const double Unit = 2.2e-16;    // the spacing of doubles at 1
    const double Nothing = 1e-290; // a squared length that has lost its digits: such a column is zero

    /// <summary>The decomposition of a matrix [m, n].</summary>
    /// <exception cref="ArgumentException">An entry is not finite.</exception>
    public static SingularValueDecomposition Of(Matrix matrix)
    {
        if (!matrix.IsFinite())
            throw new ArgumentException("singular values of a matrix with an entry that is not finite");
        if (matrix.Rows < matrix.Columns)
        {
            (Matrix v, IReadOnlyList<double> values, Matrix u) = Of(matrix.Transposed());
            return new(u, values, v);
        }
        int n = matrix.Columns;
        double[][] left = [.. Enumerable.Range(0, n).Select(matrix.Column)];
        Matrix identity = new(n, n, (i, j) => i == j ? 1 : 0);
        double[][] right = [.. Enumerable.Range(0, n).Select(identity.Column)];
        Orthogonalize(left, right);
        double[] norms = [.. left.Select(Length)];
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(j => norms[j])];
        double[][] unit = [.. order.Select(j => Array.ConvertAll(left[j], x => norms[j] > 0 ? x / norms[j] : 0))];
        for (int j = 0; j < n; j++)
            if (norms[order[j]] == 0)
                unit[j] = Beside(unit.AsSpan(0, j), matrix.Rows);
        return new(new(matrix.Rows, n, (i, j) => unit[j][i]), [.. order.Select(j => norms[j])],
            new(n, n, (i, j) => right[order[j]][i]));
    }

    static double Length(double[] column)
    {
        double square = Vectors.Dot(column, column);
        return square < Nothing ? 0 : Math.Sqrt(square);
    }

    // Turns pairs of columns until each is orthogonal to each, relative to their own lengths.
    static void Orthogonalize(double[][] left, double[][] right)
    {
        bool turned = true;
        for (int sweep = 0; turned; sweep++)
        {
            if (sweep == MostSweeps)
                throw new InvalidOperationException("Bug in Hooke: Jacobi rotations did not come to rest");
            turned = false;
            for (int i = 0; i < left.Length; i++)
                for (int j = i + 1; j < left.Length; j++)
                    if (Angle(left[i], left[j]) is (double cos, double sin))
                    {
                        Vectors.Turn(left[i], left[j], cos, sin);
                        Vectors.Turn(right[i], right[j], cos, sin);
                        turned = true;
                    }
        }
    }

    // The turn that makes two columns orthogonal, the smaller of the two; null where they are.
    static (double Cos, double Sin)? Angle(double[] x, double[] y)
    {
        double a = Vectors.Dot(x, x), b = Vectors.Dot(y, y), both = Vectors.Dot(x, y);
        if (a < Nothing || b < Nothing || Math.Abs(both) <= (x.Length + 8) * Unit * Math.Sqrt(a) * Math.Sqrt(b))
            return null; // what rounding leaves of a sum of zero
        double half = (b - a) / (2 * both);
        double tan = Math.Abs(half) > 1e150 // whose square is too large
            ? 0.5 / half
            : Math.CopySign(1, half) / (Math.Abs(half) + Math.Sqrt(1 + (half * half)));
        double cos = 1 / Math.Sqrt(1 + (tan * tan));
        return (cos, cos * tan);
    }

    // A unit vector orthogonal to all of the others: what is left of the axis that has most left.
    static double[] Beside(ReadOnlySpan<double[]> others, int length)
    {
        double[] best = [];
        double most = 0;
        for (int axis = 0; axis < length && most < 0.5; axis++)
        {
            double[] rest = new double[length];
            rest[axis] = 1;
            for (int again = 0; again < 2; again++)
                foreach (double[] other in others)
                    Vectors.Add(other, -Vectors.Dot(other, rest), rest);
            double size = Math.Sqrt(Vectors.Dot(rest, rest));
            if (size > most)
                (best, most) = (Array.ConvertAll(rest, x => x / size), size);
        }
        return best;
    }
}
