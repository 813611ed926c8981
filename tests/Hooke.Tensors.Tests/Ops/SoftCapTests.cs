using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class SoftCapTests
{
    [Theory]
    [InlineData(1, 2f), InlineData(7, 5f), InlineData(40, 2f), InlineData(1003, 0.5f)]
    public void Values_and_slopes_are_those_of_the_formula_at_any_width(int width, float cap) =>
        OpCheck.Run(x => Ops.SoftCap(x[0], cap), x => [.. x[0].Select(v => cap * Math.Tanh(v / cap))], (ulong)width,
            Tolerance.Of(4.5, cap, "tanh errs by 2.5 ulp, and a quotient and a product are rounded"),
            Tolerance.Of(16, 1, "the same twice in 1 − tanh², whose parts are at most 1, and four more roundings"),
            OpInput.Of(width).Between(-6, 6));

    [Fact]
    public void What_is_masked_stays_masked_and_hands_nothing_back()
    {
        float[] values = [1, float.NegativeInfinity, -3, float.NegativeInfinity, 1e30f, -1e30f, 0, 2, 5, float.NegativeInfinity];
        using Tensor x = Tensor.From(values, values.Length);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.SoftCap(x, 2), dx = tape.Gradients(y, null, x)[0];
        for (int i = 0; i < values.Length; i++)
            if (float.IsNegativeInfinity(values[i]))
                Assert.Equal((float.NegativeInfinity, 0f), (y.Data[i], dx.Data[i]));
            else
                Assert.InRange(y.Data[i], -2, 2);
        Assert.Equal((2f, -2f, 0f, 0f), (y.Data[4], y.Data[5], dx.Data[4], dx.Data[5]));
    }
}
