using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class HeadOutputsTests
{
    [Theory]
    [InlineData(2, 3, 4, 5, 7), InlineData(1, 1, 1, 1, 1), InlineData(2, 2, 3, 8, 33)]
    public void Each_head_is_multiplied_by_its_own_rows_of_the_weight(int batch, int positions, int heads, int dHead, int width) =>
        OpCheck.Run(x => Ops.HeadOutputs(x[0], x[1]), x => PerHead(x[0], x[1], heads, dHead, width), 1,
            Tolerance.OfTerms(dHead, "a fused product per dimension of the head"),
            Tolerance.OfTerms(width, "a sum over the width"),
            OpInput.Of(batch, positions, heads, dHead), OpInput.Of(heads * dHead, width).WithoutGradient());

    [Theory]
    [InlineData(1, 1), InlineData(3, 5), InlineData(8, 40)]
    public void Heads_are_summed(int heads, int width) =>
        OpCheck.Run(x => Ops.SumHeads(x[0]),
            x => [.. x[0].Chunk(heads * width).SelectMany(row => Enumerable.Range(0, width)
                .Select(i => Enumerable.Range(0, heads).Sum(h => row[(h * width) + i])))], 2,
            Tolerance.OfTerms(heads, "one sum per head"), Tolerance.Of(0, 0, "the gradient is the seed itself"),
            OpInput.Of(2, 3, heads, width));

    [Fact]
    public void The_sum_of_head_outputs_is_the_product_of_all_heads_together() =>
        OpCheck.Run(
            x =>
            {
                using Tensor outputs = Ops.HeadOutputs(x[0], x[1]);
                return Ops.SumHeads(outputs);
            },
            x => [.. PerHead(x[0], x[1], 4, 5, 6).Chunk(4 * 6).SelectMany(row => Enumerable.Range(0, 6)
                .Select(i => row[i] + row[6 + i] + row[12 + i] + row[18 + i]))], 3,
            Tolerance.OfTerms(5 + 4, "five products per head, four heads"), Tolerance.OfTerms(6, "a sum over the width"),
            OpInput.Of(2, 3, 4, 5), OpInput.Of(20, 6).WithoutGradient());

    [Fact]
    public void A_weight_of_other_heads_is_refused()
    {
        using Tensor z = Tensor.Zeros(1, 2, 3, 4), weight = Tensor.Zeros(13, 5);
        Assert.Throws<ArgumentException>(() => Ops.HeadOutputs(z, weight));
    }

    [Fact]
    public void A_gradient_for_the_weight_is_refused_and_not_forgotten()
    {
        using Tensor z = Tensor.Zeros(1, 2, 3, 4), weight = Tensor.Zeros(12, 5);
        using Tape tape = new();
        tape.Watch(weight);
        Assert.Throws<InvalidOperationException>(() => Ops.HeadOutputs(z, weight));
    }

    static double[] PerHead(double[] z, double[] weight, int heads, int dHead, int width)
    {
        double[] y = new double[z.Length / dHead * width];
        for (int at = 0; at < y.Length; at++)
        {
            (int i, int row) = (at % width, at / width);
            for (int d = 0; d < dHead; d++)
                y[at] += z[(row * dHead) + d] * weight[(((row % heads * dHead) + d) * width) + i];
        }
        return y;
    }
}
