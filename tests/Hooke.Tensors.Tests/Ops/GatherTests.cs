using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class GatherTests
{
    [Theory]
    [InlineData(1), InlineData(3), InlineData(19)]
    public void Rows_are_copied_and_equal_rows_add_up_their_gradients(int width)
    {
        int[] rows = [4, 0, 2, 2, 5, 2, 0];
        OpCheck.Run(x => Ops.Gather(x[0], rows), x => Oracle(x[0], rows, width), 1, Tolerance.Exact,
            Tolerance.OfTerms(2, "three gradients at most are added"), OpInput.Of(6, width));
    }

    [Fact]
    public void A_table_of_more_axes_is_seen_as_rows_of_its_last()
    {
        int[] rows = [5, 1, 1];
        OpCheck.Run(x => Ops.Gather(x[0], rows), x => Oracle(x[0], rows, 4), 2, Tolerance.Exact,
            Tolerance.OfTerms(1, "two gradients are added"), OpInput.Of(2, 3, 4));
    }

    [Theory]
    [InlineData(-1), InlineData(6)]
    public void A_row_outside_the_table_is_refused(int row)
    {
        using Tensor table = Tensor.Zeros(6, 3);
        Assert.Contains($"row {row} ", Assert.Throws<ArgumentException>(() => Ops.Gather(table, [0, row])).Message, StringComparison.Ordinal);
    }

    static double[] Oracle(double[] table, int[] rows, int width) =>
        [.. rows.SelectMany(row => table.Skip(row * width).Take(width))];
}
