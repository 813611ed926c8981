using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class KullbackLeiblerTests
{
    [Theory]
    [InlineData(1, 5), InlineData(3, 8), InlineData(4, 67)]
    public void The_divergence_is_the_mean_over_rows_and_its_gradient_a_difference_of_probabilities(int rows, int width)
    {
        using Tensor reference = Tensor.Zeros(rows, width);
        Rng rng = new(5);
        for (int i = 0; i < rows * width; i++)
            reference.Data[i] = 2 * rng.Normal((ulong)i);
        double[] from = [.. reference.Data.ToArray().Select(x => (double)x)];
        OpCheck.Run(x => Ops.KullbackLeibler(reference, x[0]), x => [Oracle(from, x[0], width)], 3,
            Tolerance.Of((width / 4) + rows + 20, 16, "sums over the width and the rows; no log-probability exceeds 16"),
            Tolerance.Of((width / 4) + 20, 8, "probabilities whose logits and log-sums are of size 8"),
            OpInput.Of(rows, width).Between(-6, 6));
    }

    [Fact]
    public void Two_equal_distributions_diverge_by_nothing_though_their_logits_differ()
    {
        using Tensor reference = Tensor.From([1, 2, 3, -4], 2, 2), logits = Tensor.From([11, 12, 93, 86], 2, 2);
        using Tensor divergence = Ops.KullbackLeibler(reference, logits);
        Assert.Equal(0, divergence.Data[0], 1e-5);
    }

    [Fact]
    public void Logits_beyond_the_range_of_exp_do_not_overflow()
    {
        using Tensor reference = Tensor.From([1000, 0], 1, 2), logits = Tensor.From([-900, -400], 1, 2);
        using Tensor divergence = Ops.KullbackLeibler(reference, logits);
        Assert.Equal(500, divergence.Data[0], 1e-3);
    }

    [Fact]
    public void Logits_of_another_shape_are_refused()
    {
        using Tensor reference = Tensor.Zeros(2, 3), logits = Tensor.Zeros(3, 2), none = Tensor.Zeros(0, 3);
        Assert.Throws<ArgumentException>(() => Ops.KullbackLeibler(reference, logits));
        Assert.Throws<ArgumentException>(() => Ops.KullbackLeibler(none, none));
    }

    static double Oracle(double[] reference, double[] logits, int width) =>
        reference.Chunk(width).Zip(logits.Chunk(width)).Average(row =>
        {
            double from = Math.Log(row.First.Sum(Math.Exp)), to = Math.Log(row.Second.Sum(Math.Exp));
            return row.First.Zip(row.Second).Sum(x => Math.Exp(x.First - from) * (x.First - from - (x.Second - to)));
        });
}
