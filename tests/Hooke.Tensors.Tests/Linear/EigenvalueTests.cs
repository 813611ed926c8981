using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests.Linear;

public class EigenvalueTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    [Fact]
    public void Their_sum_is_the_trace_their_product_the_determinant_and_complex_ones_come_in_exact_pairs() =>
        Prop.ForAll<int>(seed =>
        {
            int size = 1 + (int)(new Rng((ulong)(uint)seed).Bits(0) % 12);
            Matrix matrix = Matrices.Random(size, size, seed);
            IReadOnlyList<Complex> values = Eigenvalues.Of(matrix);
            Complex sum = values.Aggregate(Complex.Zero, (a, b) => a + b), product = values.Aggregate(Complex.One, (a, b) => a * b);
            double trace = Enumerable.Range(0, size).Sum(i => matrix[i, i]), most = values.Max(v => v.Magnitude);
            return (sum - trace).Magnitude <= 1e-12 * (1 + matrix.Norm())
                && (product - Matrices.Determinant(matrix)).Magnitude <= 1e-10 * (1 + Math.Pow(most, size))
                && values.Where(v => v.Imaginary > 0).All(v => values.Contains(Complex.Conjugate(v)))
                && values.Zip(values.Skip(1), (a, b) => a.Magnitude >= b.Magnitude - 1e-12).All(ordered => ordered);
        }).Check(Settings);

    [Fact]
    public void Those_of_a_companion_matrix_are_the_roots_of_its_polynomial() =>
        Prop.ForAll<int>(seed =>
        {
            // Roots well apart, real ones and conjugate pairs on circles of radius 1, 2, 3, …
            Draws draws = new Rng((ulong)(uint)seed).Draw();
            List<Complex> roots = [];
            for (int radius = 1; roots.Count < 6; radius++)
            {
                double cos = (2 * draws.Uniform()) - 1, sin = Math.Sqrt(1 - (cos * cos));
                if (draws.Chance(0.5))
                    roots.AddRange([new(radius * cos, radius * sin), new(radius * cos, -radius * sin)]);
                else
                    roots.Add(draws.Chance(0.5) ? radius : -radius);
            }
            Complex[] coefficients = roots.Aggregate(new[] { Complex.One }, (p, root) =>
                [.. Enumerable.Range(0, p.Length + 1).Select(i => (i < p.Length ? p[i] : 0) - (i > 0 ? root * p[i - 1] : 0))]);
            int n = roots.Count;
            Matrix companion = new(n, n, (i, j) => i == 0 ? -coefficients[j + 1].Real : i == j + 1 ? 1 : 0);
            // Roots near the real axis lie near their conjugates, where a rounding of size u moves them by √u · radius.
            return Matrices.Distance(Eigenvalues.Of(companion), roots) <= 1e-5;
        }).Check(Settings);

    [Fact]
    public void They_are_NumPys()
    {
        foreach ((string name, Matrix matrix, JsonElement expected) in Matrices.NumPy())
        {
            if (matrix.Rows != matrix.Columns)
                continue;
            Complex[] values = [.. expected.GetProperty("eigenvalues").EnumerateArray()
                .Select(v => new Complex(v[0].GetDouble(), v[1].GetDouble()))];
            double error = Matrices.Distance(Eigenvalues.Of(matrix), values);
            // Both solvers are exact for a matrix that differs by a few u · ‖M‖; zeros of low rank are as far off.
            Assert.True(error <= 1e-12 * matrix.Norm(), $"{name}: off by {error}");
        }
    }

    [Fact]
    public void Repeated_defective_and_zero_eigenvalues_are_found()
    {
        Assert.Equal([0, 0, 0], Eigenvalues.Of(new Matrix(3, 3)));
        Assert.Equal([2, 2, 2, 2], Eigenvalues.Of(Matrices.Diagonal([2, 2, 2, 2])));
        Assert.Equal([], Eigenvalues.Of(new Matrix(0, 0)));
        // A Jordan block: one eigenvalue three times, a single eigenvector. Triangular, so nothing is to be turned.
        Assert.Equal([5, 5, 5], Eigenvalues.Of(Matrices.Of(new double[,] { { 5, 1, 0 }, { 0, 5, 1 }, { 0, 0, 5 } })));
        // The same, turned: each is as far off as the cube root of a rounding.
        Matrix basis = Matrices.Random(3, 3, 4);
        (Matrix q, _) = OrthogonalFactors.Of(basis);
        Matrix turned = q.Times(Matrices.Of(new double[,] { { 5, 1, 0 }, { 0, 5, 1 }, { 0, 0, 5 } })).Times(q.Transposed());
        Assert.True(Matrices.Distance(Eigenvalues.Of(turned), [5, 5, 5]) < 1e-4);
        // Nilpotent: all are zero though no entry above the diagonal is.
        Assert.Equal([0, 0, 0, 0], Eigenvalues.Of(new Matrix(4, 4, (i, j) => j > i ? 1 : 0)));
    }

    [Fact]
    public void A_cyclic_permutation_has_the_roots_of_unity()
    {
        // Plain shifts never move on a permutation: only the exceptional ones find its eigenvalues.
        Matrix permutation = new(4, 4, (i, j) => j == (i + 1) % 4 ? 1 : 0);
        Assert.True(Matrices.Distance(Eigenvalues.Of(permutation),
            [1, -1, Complex.ImaginaryOne, -Complex.ImaginaryOne]) < 1e-12);
    }

    [Fact]
    public void Those_of_a_large_matrix_have_its_trace_and_that_of_its_square()
    {
        Matrix matrix = Matrices.Random(128, 128, 5), square = matrix.Times(matrix);
        IReadOnlyList<Complex> values = Eigenvalues.Of(matrix);
        Assert.Equal(Enumerable.Range(0, 128).Sum(i => matrix[i, i]), values.Sum(v => v.Real), 1e-9);
        Assert.Equal(Enumerable.Range(0, 128).Sum(i => square[i, i]), values.Sum(v => (v * v).Real), 1e-7);
    }

    [Fact]
    public void A_matrix_that_is_not_square_is_refused() =>
        Assert.Throws<ArgumentException>(() => Eigenvalues.Of(new Matrix(2, 3)));
}
