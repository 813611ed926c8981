namespace Hooke.Tensors;

/// <summary>M = Q · R with orthonormal columns in Q and R upper triangular, by Householder reflections.</summary>
/// <param name="Q">[m, min(m, n)]</param>
/// <param name="R">[min(m, n), n]</param>
/// <remarks>Source: Golub and Van Loan 2013, "Matrix Computations", §5.2.</remarks>
public sealed record OrthogonalFactors(Matrix Q, Matrix R)
{
    /// <summary>The factors of a matrix [m, n], of any rank.</summary>
    public static OrthogonalFactors Of(Matrix matrix)
    {
        int size = Math.Min(matrix.Rows, matrix.Columns);
        double[][] columns = [.. Enumerable.Range(0, matrix.Columns).Select(matrix.Column)];
        double[][] reflectors = new double[size][];
        for (int j = 0; j < size; j++)
        {
            reflectors[j] = Reflector(columns[j].AsSpan(j));
            for (int c = j; c < columns.Length; c++)
                Reflect(reflectors[j], columns[c].AsSpan(j));
        }
        double[][] q = [.. Enumerable.Range(0, size).Select(c => Unit(matrix.Rows, c))];
        for (int j = size - 1; j >= 0; j--)
            for (int c = j; c < size; c++)
                Reflect(reflectors[j], q[c].AsSpan(j));
        return new(
            new(matrix.Rows, size, (i, c) => q[c][i]), new(size, matrix.Columns, (i, c) => i <= c ? columns[c][i] : 0));
    }

    /// <summary>A unit vector v with (1 − 2vvᵀ)·x along the first axis; zeros where x needs no turning.</summary>
    internal static double[] Reflector(ReadOnlySpan<double> x)
    {
        double[] v = x.ToArray();
        double norm = Math.Sqrt(Vectors.Dot(v, v));
        if (norm == 0)
            return v;
        v[0] += x[0] < 0 ? -norm : norm;
        double length = Math.Sqrt(Vectors.Dot(v, v));
        for (int i = 0; i < v.Length; i++)
            v[i] /= length;
        return v;
    }

    /// <summary>x ← (1 − 2vvᵀ)·x</summary>
    internal static void Reflect(ReadOnlySpan<double> v, Span<double> x) => Vectors.Add(v, -2 * Vectors.Dot(v, x), x);

    static double[] Unit(int length, int at)
    {
        double[] unit = new double[length];
        unit[at] = 1;
        return unit;
    }
}
