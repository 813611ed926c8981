using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class CrossEntropyTests
{
    [Theory]
    [InlineData(new[] { 0, 4, 2 }, 5), InlineData(new[] { 0, -1, 2, -100, 1 }, 3), InlineData(new[] { 0 }, 1)]
    [InlineData(new[] { 60, -1, 7 }, 67)]
    public void The_loss_is_the_mean_over_the_rows_that_count(int[] targets, int width) =>
        OpCheck.Run(x => Ops.CrossEntropy(x[0], targets), x => [Oracle(x[0], targets, width)], 1,
            Tolerance.Of((width / 8) + targets.Length + 10, 12, "sums over the width and the rows; no logit difference exceeds 12"),
            Tolerance.Of((width / 8) + 20, 6, "a probability whose logit and log-sum are of size 6"),
            OpInput.Of(targets.Length, width).Between(-6, 6));

    [Fact]
    public void Logits_may_have_any_number_of_axes()
    {
        int[] targets = [1, 3, -1, 0, 2, 3];
        OpCheck.Run(x => Ops.CrossEntropy(x[0], targets), x => [Oracle(x[0], targets, 4)], 2,
            Tolerance.Of(17, 12, "sums over rows and width"), Tolerance.Of(20, 6, "a probability"), OpInput.Of(2, 3, 4));
    }

    [Fact]
    public void A_row_left_out_hands_back_exactly_nothing_and_may_hold_anything()
    {
        using Tensor logits = Tensor.From([1, 2, float.NaN, float.PositiveInfinity], 2, 2);
        using Tape tape = new();
        tape.Watch(logits);
        using Tensor loss = Ops.CrossEntropy(logits, [1, -1]), gradient = tape.Gradients(loss, null, logits)[0];
        Assert.Equal(Math.Log(1 + Math.Exp(-1)), loss.Data[0], 1e-6);
        Assert.Equal([0f, 0f], gradient.Data[2..].ToArray());
    }

    [Fact]
    public void Logits_beyond_the_range_of_exp_do_not_overflow()
    {
        using Tensor logits = Tensor.From([1000, 900, -1000, 200], 2, 2), loss = Ops.CrossEntropy(logits, [1, 1]);
        Assert.Equal(50, loss.Data[0], 1e-4);
    }

    [Theory]
    [InlineData(new[] { 0 }), InlineData(new[] { 0, 3 }), InlineData(new[] { -1, -1 }), InlineData(new int[0])]
    public void Targets_that_do_not_fit_the_logits_are_refused(int[] targets)
    {
        using Tensor logits = Tensor.Zeros(2, 3);
        Assert.Throws<ArgumentException>(() => Ops.CrossEntropy(logits, targets));
    }

    static double Oracle(double[] logits, int[] targets, int width) =>
        logits.Chunk(width).Zip(targets).Where(row => row.Second >= 0)
            .Average(row => Math.Log(row.First.Sum(Math.Exp)) - row.First[row.Second]);
}
