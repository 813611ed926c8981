using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class NormScaleTests
{
    [Theory]
    [InlineData(3, 1, true), InlineData(3, 1, false), InlineData(4, 7, true), InlineData(4, 7, false)]
    [InlineData(5, 64, true), InlineData(5, 64, false), InlineData(3, 131, true), InlineData(3, 131, false)]
    public void The_scale_and_its_gradient_are_those_of_the_definition(int rows, int width, bool centred) =>
        OpCheck.Run(x => Ops.NormScale(x[0], 0.01f, centred), x => NormOracle.Scales(x[0], width, 0.01f, centred), 1,
            Tolerance.Of(width + 8, 4, "a mean and a mean square of the width's numbers, squares up to 4"),
            Tolerance.Of(width + 8, 4, "a difference from the mean over a scale of at least 0.1"), OpInput.Of(rows, width));

    [Fact]
    public void Every_axis_but_the_last_is_kept()
    {
        using Tensor x = Tensor.Zeros(2, 3, 5), scale = Ops.NormScale(x, 0.25f, centred: true);
        Assert.Equal(new Shape(2, 3, 1), scale.Shape);
        Assert.All(scale.Data.ToArray(), s => Assert.Equal(0.5f, s));
    }

    [Fact]
    public void A_row_wider_than_the_stack_buffer_is_right() =>
        OpCheck.Run(x => Ops.NormScale(x[0], 1e-5f, true), x => NormOracle.Scales(x[0], 5000, 1e-5f, true), 2,
            Tolerance.Of(5000 / 32, 4, "lanes of 5000 / 32 numbers are added up in order"), Tolerance.Exact,
            OpInput.Of(2, 5000).WithoutGradient());
}
