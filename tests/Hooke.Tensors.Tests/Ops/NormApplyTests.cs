using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class NormApplyTests
{
    [Theory]
    [InlineData(true, true, true), InlineData(true, true, false), InlineData(true, false, true), InlineData(true, false, false)]
    [InlineData(false, true, true), InlineData(false, true, false), InlineData(false, false, true), InlineData(false, false, false)]
    public void Values_and_all_four_gradients_are_those_of_the_definition(bool centred, bool hasGain, bool hasBias)
    {
        foreach ((int rows, int width) in new[] { (1, 1), (4, 7), (3, 64), (6, 33) })
        {
            (int gain, int bias) = (2, hasGain ? 3 : 2);
            OpInput[] inputs =
            [
                OpInput.Of(rows, width), OpInput.Of(rows, 1).Between(0.5, 2),
                .. hasGain ? [OpInput.Of(width)] : (OpInput[])[], .. hasBias ? [OpInput.Of(width)] : (OpInput[])[],
            ];
            OpCheck.Run(
                x => Ops.NormApply(x[0], x[1], hasGain ? x[gain] : null, hasBias ? x[bias] : null, centred),
                x => NormOracle.Apply(x[0], x[1], hasGain ? x[gain] : null, hasBias ? x[bias] : null, width, centred),
                (ulong)width, Forward(width), Backward(rows, width), inputs);
        }
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Scale_and_apply_together_are_a_layer_norm_or_an_rms_norm(bool centred)
    {
        foreach ((int rows, int width) in new[] { (4, 7), (3, 64), (2, 129) })
            OpCheck.Run(
                x =>
                {
                    using Tensor scale = Ops.NormScale(x[0], 1e-5f, centred);
                    return Ops.NormApply(x[0], scale, x[1], centred ? x[2] : null, centred);
                },
                x => NormOracle.Apply(
                    x[0], NormOracle.Scales(x[0], width, 1e-5f, centred), x[1], centred ? x[2] : null, width, centred),
                (ulong)width, Forward(width), Backward(rows, width),
                [OpInput.Of(rows, width), OpInput.Of(width), .. centred ? [OpInput.Of(width)] : (OpInput[])[]]);
    }

    [Fact]
    public void A_layer_norm_of_any_row_has_mean_nought_and_variance_one()
    {
        float[] values = [.. Enumerable.Range(0, 6 * 50).Select(i => (new Rng(4).Normal((ulong)i) * 10) + 100)];
        using Tensor x = Tensor.From(values, 6, 50), scale = Ops.NormScale(x, 1e-5f, true);
        using Tensor y = Ops.NormApply(x, scale, null, null, true);
        // x is near 100, where its mean is rounded to 2⁻¹⁸; over a scale near 10 that is 4e-7, twice for the variance.
        foreach (float[] row in y.Data.ToArray().Chunk(50))
        {
            Assert.Equal(0, row.Average(v => (double)v), 5e-6);
            Assert.Equal(1, row.Average(v => (double)v * v), 5e-6);
        }
    }

    [Fact]
    public void Scales_that_are_not_one_to_a_row_are_refused()
    {
        using Tensor x = Tensor.Zeros(3, 4), scale = Tensor.Zeros(4, 1);
        Assert.Throws<ArgumentException>(() => Ops.NormApply(x, scale, null, null, true));
    }

    // |x| ≤ 2 and scales of at least 0.5, so no normalised number exceeds 8, nor a gained one 16.
    static Tolerance Forward(int width) =>
        Tolerance.Of(width + 6, 16, "a mean of the width's numbers and six more roundings of numbers up to 16");

    static Tolerance Backward(int rows, int width) =>
        Tolerance.Of(width + rows + 10, 16, "sums over the width and the rows of numbers up to 16");
}
