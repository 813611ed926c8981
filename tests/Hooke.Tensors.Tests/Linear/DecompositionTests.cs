using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests.Linear;

public class DecompositionTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    [Fact]
    public void Orthogonal_factors_give_the_matrix_back_and_are_orthonormal_and_triangular() =>
        Prop.ForAll<int>(seed =>
        {
            Matrix matrix = Some(seed);
            OrthogonalFactors factors = OrthogonalFactors.Of(matrix);
            for (int i = 0; i < factors.R.Rows; i++)
                for (int j = 0; j < Math.Min(i, factors.R.Columns); j++)
                    Assert.Equal(0, factors.R[i, j]);
            return IsOrthonormal(factors.Q) && Matrices.Distance(factors.Q.Times(factors.R), matrix) <= 1e-13 * (1 + matrix.Norm());
        }).Check(Settings);

    [Fact]
    public void A_singular_value_decomposition_gives_the_matrix_back_with_orthonormal_vectors_and_descending_values() =>
        Prop.ForAll<int>(seed =>
        {
            Matrix matrix = Some(seed);
            SingularValueDecomposition found = SingularValueDecomposition.Of(matrix);
            Matrix back = found.U.Times(Matrices.Diagonal(found.Values)).Times(found.V.Transposed());
            return IsOrthonormal(found.U) && IsOrthonormal(found.V)
                && found.Values.SequenceEqual(found.Values.OrderDescending()) && found.Values.All(v => v >= 0)
                && Matrices.Distance(back, matrix) <= 1e-13 * (1 + matrix.Norm());
        }).Check(Settings);

    [Fact]
    public void Singular_values_are_NumPys()
    {
        foreach ((string name, Matrix matrix, JsonElement expected) in Matrices.NumPy())
        {
            double[] values = [.. expected.GetProperty("singular_values").EnumerateArray().Select(v => v.GetDouble())];
            double error = values.Zip(SingularValueDecomposition.Of(matrix).Values, (a, b) => Math.Abs(a - b)).Max();
            Assert.True(error <= 1e-13 * values[0], $"{name}: off by {error}");
        }
    }

    [Fact]
    public void Singular_values_of_diagonal_orthogonal_and_zero_matrices_are_known()
    {
        Assert.Equal([5, 3, 2], SingularValueDecomposition.Of(Matrices.Diagonal([-3, 2, 5])).Values);
        Assert.Equal([0, 0, 0], SingularValueDecomposition.Of(new Matrix(4, 3)).Values);
        Assert.True(IsOrthonormal(SingularValueDecomposition.Of(new Matrix(4, 3)).U));
        double half = Math.Sqrt(0.5);
        Assert.All(SingularValueDecomposition.Of(Matrices.Of(new[,] { { half, -half }, { half, half } })).Values,
            value => Assert.Equal(1, value, 1e-15));
        // 2 · 1 1ᵀ of size 4 has rank one and norm 8.
        Assert.Equal([8, 0, 0, 0], SingularValueDecomposition.Of(new Matrix(4, 4, (_, _) => 2)).Values.Select(v => Math.Round(v, 13)));
    }

    [Theory]
    [InlineData(64, 64, 64), InlineData(128, 96, 96), InlineData(64, 64, 20), InlineData(40, 90, 1)]
    public void Matrices_as_large_as_heads_and_of_lower_rank_are_decomposed(int rows, int columns, int rank)
    {
        Matrix matrix = Matrices.Random(rows, rank, 1).Times(Matrices.Random(rank, columns, 2));
        SingularValueDecomposition found = SingularValueDecomposition.Of(matrix);
        Assert.True(IsOrthonormal(found.U) && IsOrthonormal(found.V));
        Assert.All(found.Values.Skip(rank), value => Assert.True(value <= 1e-12 * found.Values[0]));
        Matrix back = found.U.Times(Matrices.Diagonal(found.Values)).Times(found.V.Transposed());
        Assert.True(Matrices.Distance(back, matrix) <= 1e-12 * matrix.Norm());
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused()
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
        {
            Matrix matrix = Matrices.Identity(3);
            matrix[1, 2] = bad;
            Assert.Throws<ArgumentException>(() => SingularValueDecomposition.Of(matrix));
            Assert.Throws<ArgumentException>(() => Eigenvalues.Of(matrix));
            Assert.Throws<ArgumentException>(() => new FactoredMatrix(matrix, Matrices.Identity(3)));
        }
    }

    // Of any shape up to 9 × 9, some of low rank, some with columns of zeros or of very different sizes.
    static Matrix Some(int seed)
    {
        Draws draws = new Rng((ulong)(uint)seed).Draw();
        (int rows, int columns) = (1 + draws.Below(9), 1 + draws.Below(9));
        Matrix matrix = Matrices.Random(rows, columns, seed);
        return draws.Below(4) switch
        {
            0 => Matrices.Random(rows, 2, seed).Times(Matrices.Random(2, columns, seed + 1)),
            1 => new(rows, columns, (i, j) => j % 2 == 0 ? 0 : matrix[i, j]),
            2 => new(rows, columns, (i, j) => matrix[i, j] / (1 << (3 * j))),
            _ => matrix,
        };
    }

    static bool IsOrthonormal(Matrix matrix) =>
        Matrices.Distance(matrix.Transposed().Times(matrix), Matrices.Identity(matrix.Columns)) <= 1e-12;
}
