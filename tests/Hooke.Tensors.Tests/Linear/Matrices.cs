using System.Numerics;
using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Tensors.Tests.Linear;

/// <summary>Matrices of the tests of this folder.</summary>
static class Matrices
{
    public static Matrix Of(double[,] values) => new(values.GetLength(0), values.GetLength(1), (i, j) => values[i, j]);

    public static Matrix Random(int rows, int columns, int seed)
    {
        Rng rng = new Rng((ulong)(uint)seed).Fork("matrix");
        return new(rows, columns, (i, j) => rng.Normal((ulong)((i * columns) + j)));
    }

    public static Matrix Identity(int size) => new(size, size, (i, j) => i == j ? 1 : 0);

    public static Matrix Diagonal(IReadOnlyList<double> values) => new(values.Count, values.Count, (i, j) => i == j ? values[i] : 0);

    /// <summary>‖a − b‖, entry by entry.</summary>
    public static double Distance(Matrix a, Matrix b)
    {
        Assert.Equal((b.Rows, b.Columns), (a.Rows, a.Columns));
        return new Matrix(a.Rows, a.Columns, (i, j) => a[i, j] - b[i, j]).Norm();
    }

    /// <summary>The determinant, by elimination with pivots.</summary>
    public static double Determinant(Matrix matrix)
    {
        Matrix m = new(matrix.Rows, matrix.Rows, (i, j) => matrix[i, j]);
        double product = 1;
        for (int k = 0; k < m.Rows; k++)
        {
            int pivot = Enumerable.Range(k, m.Rows - k).MaxBy(i => Math.Abs(m[i, k]));
            for (int j = 0; pivot != k && j < m.Rows; j++)
                (m[k, j], m[pivot, j]) = (m[pivot, j], m[k, j]);
            product *= pivot == k ? m[k, k] : -m[k, k];
            for (int i = k + 1; i < m.Rows && m[k, k] != 0; i++)
            {
                double factor = m[i, k] / m[k, k];
                for (int j = k; j < m.Rows; j++)
                    m[i, j] -= factor * m[k, j];
            }
        }
        return product;
    }

    /// <summary>The largest distance when each expected number is given the nearest found one still free.</summary>
    public static double Distance(IEnumerable<Complex> found, IEnumerable<Complex> expected)
    {
        List<Complex> free = [.. found];
        double most = 0;
        foreach (Complex value in expected)
        {
            Complex nearest = free.MinBy(f => (f - value).Magnitude);
            most = Math.Max(most, (nearest - value).Magnitude);
            free.Remove(nearest);
        }
        Assert.Empty(free);
        return most;
    }

    /// <summary>The cases that NumPy solved: a matrix, and what NumPy says of it.</summary>
    public static IEnumerable<(string Name, Matrix Matrix, JsonElement Expected)> NumPy()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Golden("linear", "numpy.json")));
        foreach (JsonElement entry in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            (int rows, int columns) = (entry.GetProperty("rows").GetInt32(), entry.GetProperty("columns").GetInt32());
            double[] values = [.. entry.GetProperty("values").EnumerateArray().Select(v => v.GetDouble())];
            yield return (entry.GetProperty("name").GetString()!,
                new(rows, columns, (i, j) => values[(i * columns) + j]), entry.Clone());
        }
    }
}
