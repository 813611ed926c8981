namespace Hooke.Tensors.Tests.Linear;

public class MatrixTests
{
    [Fact]
    public void A_product_is_rows_times_columns()
    {
        Matrix product = Matrices.Of(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } })
            .Times(Matrices.Of(new double[,] { { 1, 0 }, { 0, 1 }, { 2, -1 } }));
        Assert.Equal([7, -1], product.Row(0).ToArray());
        Assert.Equal([16, -1], product.Row(1).ToArray());
        Assert.Equal([7, 16], product.Column(0));
        Assert.Equal(16, product.Transposed()[0, 1]);
        Assert.Equal(Math.Sqrt(49 + 1 + 256 + 1), product.Norm());
    }

    [Fact]
    public void A_product_of_any_size_is_the_same_bits_as_sums_in_order()
    {
        foreach ((int m, int k, int n) in new[] { (1, 1, 1), (3, 5, 7), (130, 33, 19), (200, 4, 1) })
        {
            Matrix a = Matrices.Random(m, k, m), b = Matrices.Random(k, n, n), product = a.Times(b);
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                {
                    double sum = 0;
                    for (int p = 0; p < k; p++)
                        sum = Math.FusedMultiplyAdd(b[p, j], a[i, p], sum);
                    Assert.Equal(sum, product[i, j]);
                }
        }
    }

    [Fact]
    public void Products_with_float_matrices_are_those_of_the_same_numbers_as_doubles()
    {
        Matrix wide = Matrices.Random(2500, 6, 1), other = Matrices.Random(2500, 5, 2), narrow = Matrices.Random(6, 3, 3);
        using Tensor a = wide.ToTensor(), b = other.ToTensor();
        // ToTensor rounds to floats: Random gives floats to begin with.
        Assert.Equal(0, Matrices.Distance(Matrix.Product(a, narrow), wide.Times(narrow)));
        Matrix expected = wide.Transposed().Times(other);
        // Stretches of 1024 floats: at most 1024 · 2⁻²⁴ of the terms' size, and far less as roundings cancel.
        Assert.True(Matrices.Distance(Matrix.TransposedProduct(a, b), expected) <= 1e-5 * expected.Norm());
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        using Tensor tensor = Tensor.Zeros(2, 3);
        Assert.Throws<ArgumentException>(() => new Matrix(2, 3).Times(new Matrix(2, 3)));
        Assert.Throws<ArgumentException>(() => Matrix.Product(tensor, new Matrix(2, 3)));
        using Tensor longer = Tensor.Zeros(3, 3);
        Assert.Throws<ArgumentException>(() => Matrix.TransposedProduct(tensor, longer));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Matrix(-1, 3));
    }
}
