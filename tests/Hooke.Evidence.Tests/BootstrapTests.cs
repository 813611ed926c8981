using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Evidence.Tests;

public sealed class BootstrapTests
{
    [Fact]
    public void The_random_stream_is_the_published_one()
    {
        // The first outputs of the reference implementation seeded with 0.
        SplitMix random = new(0);
        Assert.Equal(
            [0xE220A8397B1DCDAFUL, 0x6E789E6AA1B965F4UL, 0x06C45D188009454FUL],
            [random.Bits(0), random.Bits(1), random.Bits(2)]);
    }

    [Fact]
    public void The_interval_of_a_mean_is_that_of_the_closed_form()
    {
        // The bootstrap variance of a mean is the population variance over n. Each end rests on 2,000 draws: the
        // standard error of a 2.5 % quantile is then sqrt(0.025 * 0.975 / 2000) / 0.058 = 0.06 standard errors of the
        // mean; four times that is allowed.
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (double)(i % 20))];
        double variance = values.Average(value => (value - 9.5) * (value - 9.5));
        double error = Math.Sqrt(variance / values.Length);
        Estimate mean = Measures.Mean(values, seed: 5);
        Assert.Equal(9.5, mean.Value, 12);
        Assert.InRange(mean.Low, 9.5 - (1.96 + 0.24) * error, 9.5 - (1.96 - 0.24) * error);
        Assert.InRange(mean.High, 9.5 + (1.96 - 0.24) * error, 9.5 + (1.96 + 0.24) * error);
    }

    [Fact]
    public void Two_prompts_give_the_quantiles_of_their_three_possible_means()
    {
        Estimate mean = Measures.Mean([0, 1], seed: 5);
        Assert.Equal((0.5, 0.0, 1.0, 2), (mean.Value, mean.Low, mean.High, mean.N));
    }

    [Fact]
    public void Faithfulness_is_resampled_jointly()
    {
        // Every prompt alone has the ratio 3/4, however much prompts differ: only separate resampling has a width.
        double[] empty = [.. Enumerable.Range(0, 50).Select(i => i * 0.5)];
        double[] model = [.. empty.Select((value, i) => value + 4 + i % 7)];
        double[] circuit = [.. empty.Select((value, i) => value + 0.75 * (4 + i % 7))];
        Estimate faithfulness = Measures.Faithfulness(circuit, model, empty, seed: 5);
        Assert.Equal(0.75, faithfulness.Value, 12);
        Assert.Equal(0.75, faithfulness.Low, 12);
        Assert.Equal(0.75, faithfulness.High, 12);
    }

    [Fact]
    public void Faithfulness_is_a_ratio_of_means_not_a_mean_of_ratios() =>
        Assert.Equal((1.0 + 1.0) / (1.0 + 9.0), Measures.Faithfulness([1, 1], [1, 9], [0, 0], seed: 5).Value);

    [Fact]
    public void The_measures_of_a_hand_made_circuit_are_those_worked_out_by_hand()
    {
        double[] model = [4, 6], empty = [0, 2], circuit = [3, 6], ablated = [1, 3], without = [2, 5];
        Assert.Equal((4.5 - 1) / 4, Measures.Faithfulness(circuit, model, empty, 5).Value);
        Assert.Equal((5.0 - 2) / 4, Measures.Drop(ablated, model, empty, 5).Value);
        Assert.Equal((4.5 - 3.5) / 4, Measures.Contribution(circuit, without, model, empty, 5).Value);
        Assert.Equal((4.5 - 2) / 4, Measures.DropBeyondControls(ablated, [[4, 5], [4, 5]], model, empty, 5).Value);
        Estimate gap = Measures.CompletenessGap([[3, 6], [1, 1]], [[4, 6], [2, 2]], model, empty, 5);
        Assert.Equal((0.5 + 1.0) / 2 / 4, gap.Value);
    }

    [Fact]
    public void Nothing_over_nothing_is_unbounded()
    {
        Estimate undefined = Measures.Faithfulness([1, 1], [1, 1], [1, 1], seed: 5);
        Assert.Equal((0, -Estimate.Limit, Estimate.Limit), (undefined.Value, undefined.Low, undefined.High));
        Assert.Equal("0 [−∞, ∞]", undefined.ToString());
    }

    [Fact]
    public void Shifting_and_scaling_the_metric_keeps_faithfulness() => Prop.ForAll<int[], int>((raw, shift) =>
    {
        double[] model = [.. raw.Select(value => 10.0 + value % 5), 10];
        double[] circuit = [.. model.Select((value, i) => value - i % 3)];
        double[] empty = [.. model.Select((_, i) => i % 2 * 0.5)];
        Estimate plain = Measures.Faithfulness(circuit, model, empty, 5);
        Estimate moved = Measures.Faithfulness(Moved(circuit), Moved(model), Moved(empty), 5);
        return Near(plain.Value, moved.Value) && Near(plain.Low, moved.Low) && Near(plain.High, moved.High);

        double[] Moved(double[] values) => [.. values.Select(value => 4 * value + shift % 100)];
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(30).WithReplay(20260101UL, 7UL));

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        double[] values = [.. Enumerable.Range(0, 40).Select(i => Math.Sqrt(i))];
        Assert.Equal(Measures.Mean(values, 1), Measures.Mean(values, 1));
        Assert.NotEqual(Measures.Mean(values, 1).Low, Measures.Mean(values, 2).Low);
    }

    [Fact]
    public void Lists_of_other_lengths_are_refused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => Measures.Drop([1], [1, 2], [0, 0], 5));
        Assert.Contains("2 prompts", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_estimate_refuses_what_is_not_a_number_or_not_an_interval()
    {
        Assert.Throws<ArgumentException>(() => new Estimate(double.NaN, 0, 1, 10, "", 1));
        Assert.Throws<ArgumentException>(() => new Estimate(0, double.NaN, 1, 10, "", 1));
        Assert.Throws<ArgumentException>(() => new Estimate(0, 0, double.PositiveInfinity, 10, "", 1));
        Assert.Throws<ArgumentException>(() => new Estimate(0, 1, 0, 10, "", 1));
        Assert.Throws<ArgumentException>(() => new Estimate(0, 0, 0, 0, "", 1));
    }

    // The two differ by the rounding of 4x + c: a few units in the last place of sums near 1,000.
    static bool Near(double a, double b) => Math.Abs(a - b) < 1e-10;
}
