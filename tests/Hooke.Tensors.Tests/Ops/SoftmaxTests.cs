using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class SoftmaxTests
{
    [Theory]
    [InlineData(3, 1), InlineData(4, 7), InlineData(3, 64), InlineData(2, 133)]
    public void Probabilities_and_their_gradient_are_those_of_the_definition(int rows, int width) =>
        OpCheck.Run(x => Ops.Softmax(x[0]), x => Oracle(x[0], width), 1,
            Tolerance.Of((width / 8) + 16, 1, "lanes of width / 8 numbers are summed, and probabilities are at most 1"),
            Tolerance.Of((width / 8) + 16, 1, "the same with weights of at most 1"), OpInput.Of(rows, width).Between(-6, 6));

    [Theory]
    [InlineData(1), InlineData(5), InlineData(30)]
    public void A_masked_number_gets_nought_and_hands_nothing_back(int visible)
    {
        const int Width = 31;
        float[] numbers = [.. Enumerable.Range(0, Width).Select(i => new Rng(2).Normal((ulong)i))];
        float[] values = [.. numbers[..visible], .. Enumerable.Repeat(float.NegativeInfinity, Width - visible)];
        using Tensor x = Tensor.From(values, 1, Width), seed = Tensor.From(numbers, 1, Width);
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.Softmax(x), dx = tape.Gradients(y, seed, x)[0];
        double[] expected = Oracle([.. values[..visible].Select(v => (double)v)], visible);
        for (int i = 0; i < visible; i++)
            Assert.Equal(expected[i], y.Data[i], 20 * Math.Pow(2, -24));
        Assert.All(y.Data[visible..].ToArray(), p => Assert.Equal(0, p));
        Assert.All(dx.Data[visible..].ToArray(), p => Assert.Equal(0, p));
    }

    [Fact]
    public void Numbers_beyond_the_range_of_exp_do_not_overflow()
    {
        using Tensor x = Tensor.From([1000, 999, -1000, 3e38f, 3e38f, -3e38f], 2, 3), y = Ops.Softmax(x);
        Assert.Equal(1 / (1 + Math.Exp(-1)), y.Data[0], 1e-6);
        Assert.Equal([0.5f, 0.5f, 0f], y.Data[3..].ToArray());
    }

    [Fact]
    public void Adding_one_number_to_a_row_changes_no_probability()
    {
        float[] row = [.. Enumerable.Range(0, 20).Select(i => MathF.Round(new Rng(8).Normal((ulong)i) * 64) / 64)];
        using Tensor x = Tensor.From(row, 20), moved = Tensor.From([.. row.Select(v => v + 8)], 20); // exact: multiples of 2⁻⁶
        using Tensor a = Ops.Softmax(x), b = Ops.Softmax(moved);
        Assert.Equal(a.Data.ToArray(), b.Data.ToArray());
    }

    static double[] Oracle(double[] x, int width) => [.. x.Chunk(width).SelectMany(row =>
    {
        double[] powers = [.. row.Select(v => Math.Exp(v - row.Max()))];
        return powers.Select(p => p / powers.Sum());
    })];
}
