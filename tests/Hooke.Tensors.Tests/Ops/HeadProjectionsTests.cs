using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class HeadProjectionsTests
{
    [Theory]
    [InlineData(4, 4, true), InlineData(4, 2, true), InlineData(4, 1, false), InlineData(1, 1, false), InlineData(6, 2, true)]
    public void Each_head_is_multiplied_by_its_groups_columns_of_the_weight(int heads, int kvHeads, bool hasBias)
    {
        foreach ((int dModel, int dHead) in new[] { (7, 3), (1, 1), (20, 16) })
            OpCheck.Run(x => Ops.HeadProjections(x[0], x[1], hasBias ? x[2] : null, dHead),
                x => Oracle(x[0], x[1], hasBias ? x[2] : null, (heads, kvHeads, dModel, dHead)), 1,
                Tolerance.OfTerms(dModel + 1, "a fused product per dimension of the model, and the bias"),
                Tolerance.OfTerms(dHead, "a sum over the head's width"),
                OpInput.Of(2, 3, heads, dModel), OpInput.Of(dModel, kvHeads * dHead).WithoutGradient(),
                OpInput.Of(kvHeads * dHead).WithoutGradient());
    }

    [Theory]
    [InlineData(5, 6, 3), InlineData(4, 7, 3), InlineData(4, 9, 3), InlineData(4, 0, 3)]
    public void Shapes_that_do_not_fit_are_refused(int inputs, int outputs, int dHead)
    {
        using Tensor x = Tensor.Zeros(1, 2, 2, 4), weight = Tensor.Zeros(inputs, outputs);
        Assert.Throws<ArgumentException>(() => Ops.HeadProjections(x, weight, null, dHead));
    }

    [Fact]
    public void A_gradient_for_weight_or_bias_is_refused_and_not_forgotten()
    {
        using Tensor x = Tensor.Zeros(1, 2, 2, 4), weight = Tensor.Zeros(4, 6), bias = Tensor.Zeros(6);
        foreach (Tensor watched in new[] { weight, bias })
        {
            using Tape tape = new();
            tape.Watch(watched);
            Assert.Throws<InvalidOperationException>(() => Ops.HeadProjections(x, weight, bias, 3));
        }
    }

    static double[] Oracle(double[] x, double[] weight, double[]? bias, (int Heads, int KvHeads, int DModel, int DHead) n)
    {
        double[] y = new double[x.Length / n.DModel * n.DHead];
        for (int at = 0; at < y.Length; at++)
        {
            (int d, int row) = (at % n.DHead, at / n.DHead);
            int column = (row % n.Heads / (n.Heads / n.KvHeads) * n.DHead) + d;
            y[at] = bias?[column] ?? 0;
            for (int i = 0; i < n.DModel; i++)
                y[at] += x[(row * n.DModel) + i] * weight[(i * n.KvHeads * n.DHead) + column];
        }
        return y;
    }
}
