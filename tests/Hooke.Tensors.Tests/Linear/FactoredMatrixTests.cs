using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests.Linear;

public class FactoredMatrixTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    [Fact]
    public void What_is_asked_of_the_product_is_what_the_product_in_full_gives() =>
        Prop.ForAll<int>(seed =>
        {
            Draws draws = new Rng((ulong)(uint)seed).Draw();
            (int m, int k, int n) = (1 + draws.Below(9), 1 + draws.Below(6), 1 + draws.Below(9));
            FactoredMatrix factored = new(Matrices.Random(m, k, seed), Matrices.Random(k, n, seed + 1));
            Matrix full = factored.Product();
            IReadOnlyList<double> all = SingularValueDecomposition.Of(full).Values;
            (Matrix u, Matrix v) = factored.SingularVectors();
            Matrix back = u.Times(Matrices.Diagonal(factored.SingularValues)).Times(v.Transposed());
            Assert.Equal(Math.Min(k, Math.Min(m, n)), factored.SingularValues.Count);
            return Math.Abs(factored.Norm() - full.Norm()) <= 1e-13 * full.Norm()
                && all.Select((value, i) => Math.Abs(value - factored.SingularValues.ElementAtOrDefault(i))).Max() <= 1e-12 * all[0]
                && Matrices.Distance(back, full) <= 1e-12 * full.Norm()
                && Matrices.Distance(factored.Transposed().Product(), full.Transposed()) <= 1e-13 * full.Norm()
                && Enumerable.Range(0, n).All(j => Math.Abs(factored[m - 1, j] - full[m - 1, j]) <= 1e-13 * full.Norm())
                && factored.Row(m - 1).SequenceEqual(full.Row(m - 1).ToArray())
                && factored.Column(n - 1).SequenceEqual(full.Column(n - 1));
        }).Check(Settings);

    [Fact]
    public void Eigenvalues_and_trace_of_a_square_product_are_those_of_the_product_in_full() =>
        Prop.ForAll<int>(seed =>
        {
            Draws draws = new Rng((ulong)(uint)seed).Draw();
            (int m, int k) = (2 + draws.Below(8), 1 + draws.Below(9));
            FactoredMatrix factored = new(Matrices.Random(m, k, seed), Matrices.Random(k, m, seed + 1));
            Matrix full = factored.Product();
            IReadOnlyList<Complex> found = factored.Eigenvalues();
            Assert.Equal(Math.Min(m, k), found.Count);
            double size = full.Norm();
            // The zeros of A · B are repeated, and so found only to the root of a rounding.
            return Math.Abs(factored.Trace() - Enumerable.Range(0, m).Sum(i => full[i, i])) <= 1e-12 * size
                && Matrices.Distance([.. found, .. Enumerable.Repeat(Complex.Zero, m - found.Count)], Eigenvalues.Of(full)) <= 1e-6 * size;
        }).Check(Settings);

    [Fact]
    public void A_product_of_two_products_is_the_product_over_the_smaller_inner_size()
    {
        FactoredMatrix left = new(Matrices.Random(7, 3, 1), Matrices.Random(3, 5, 2));
        FactoredMatrix right = new(Matrices.Random(5, 2, 3), Matrices.Random(2, 6, 4));
        Matrix full = left.Product().Times(right.Product());
        Assert.True(Matrices.Distance(left.Times(right).Product(), full) <= 1e-13 * full.Norm());
        Assert.Equal(2, left.Times(right).A.Columns);
        Assert.Equal(2, right.Transposed().Times(left.Transposed()).A.Columns);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new FactoredMatrix(new Matrix(2, 3), new Matrix(2, 3)));
        FactoredMatrix oblong = new(new Matrix(2, 1), new Matrix(1, 3));
        Assert.Throws<ArgumentException>(() => oblong.Trace());
        Assert.Throws<ArgumentException>(() => oblong.Eigenvalues());
    }
}
