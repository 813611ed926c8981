using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class MultiplyRowsTests
{
    [Theory]
    [InlineData(1, 1), InlineData(5, 3), InlineData(3, 70), InlineData(130, 65)]
    public void Every_row_is_multiplied_by_the_row(int rows, int width) =>
        OpCheck.Run(x => Ops.MultiplyRows(x[0], x[1]), x => [.. x[0].Select((v, i) => v * x[1][i % width])], 1, Tolerance.Exact,
            Tolerance.OfTerms(rows + 1, "a row's gradient is a sum over the rows of products"),
            OpInput.Of(rows, width), OpInput.Of(width));

    [Fact]
    public void A_row_of_another_width_is_refused()
    {
        using Tensor x = Tensor.Zeros(2, 3), row = Tensor.Zeros(2);
        Assert.Throws<ArgumentException>(() => Ops.MultiplyRows(x, row));
    }
}
