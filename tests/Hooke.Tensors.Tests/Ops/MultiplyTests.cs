using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class MultiplyTests
{
    [Theory]
    [InlineData(1), InlineData(9), InlineData(17_003)]
    public void A_product_and_its_gradients_are_those_of_arithmetic(int length) =>
        OpCheck.Run(x => Ops.Multiply(x[0], x[1]), x => [.. x[0].Zip(x[1], (a, b) => a * b)], 1, Tolerance.Exact,
            Tolerance.OfTerms(1, "a gradient is one product"), OpInput.Of(length), OpInput.Of(length));

    [Fact]
    public void A_tensor_times_itself_is_its_square() =>
        OpCheck.Run(x => Ops.Multiply(x[0], x[0]), x => [.. x[0].Select(a => a * a)], 2, Tolerance.Exact,
            Tolerance.OfTerms(2, "two products are added"), OpInput.Of(3, 5));

    [Fact]
    public void Different_shapes_are_refused()
    {
        using Tensor a = Tensor.Zeros(6), b = Tensor.Zeros(3, 2);
        Assert.Throws<ArgumentException>(() => Ops.Multiply(a, b));
    }
}
