using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class AddRowTests
{
    [Theory]
    [InlineData(1, 1), InlineData(5, 3), InlineData(4, 70), InlineData(130, 65)]
    public void A_row_is_added_to_every_row_and_gathers_their_gradients(int rows, int width) =>
        OpCheck.Run(x => Ops.AddRow(x[0], x[1]), x => Oracle(x[0], x[1]), 1, Tolerance.Exact,
            Tolerance.OfTerms(rows, "a row's gradient is a sum over the rows"), OpInput.Of(rows, width), OpInput.Of(width));

    [Fact]
    public void All_axes_but_the_last_are_rows() =>
        OpCheck.Run(x => Ops.AddRow(x[0], x[1]), x => Oracle(x[0], x[1]), 2, Tolerance.Exact,
            Tolerance.OfTerms(6, "a row's gradient is a sum over six rows"), OpInput.Of(2, 3, 4), OpInput.Of(4));

    [Fact]
    public void A_row_of_another_width_is_refused()
    {
        using Tensor x = Tensor.Zeros(2, 3), row = Tensor.Zeros(2);
        Assert.Throws<ArgumentException>(() => Ops.AddRow(x, row));
    }

    static double[] Oracle(double[] x, double[] row) => [.. x.Select((v, i) => v + row[i % row.Length])];
}
