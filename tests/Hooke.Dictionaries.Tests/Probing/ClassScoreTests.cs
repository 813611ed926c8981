using Hooke.Tensors;
using static Hooke.Dictionaries.Tests.Directions;

namespace Hooke.Dictionaries.Tests;

/// <summary>Scores of dictionaries made by hand, against what they have to be.</summary>
public class ClassScoreTests
{
    static readonly Rng Noise = new(5);

    [Fact]
    public void A_latent_of_its_own_tells_a_class_alone_and_a_dictionary_without_one_guesses()
    {
        float[][] x = [.. Enumerable.Range(0, 80).Select(r => Axis((0, r % 4 == 0 ? 1 : 0), (1, Noise.Fork(1).Normal((ulong)r))))];
        ProbeTask task = Halves([.. x.Select(row => row[0] > 0)]);
        using SparseCoder own = Coder([Axis((0, 1)), Axis((1, 1))], [Axis((0, 1)), Axis((1, 1))]);
        using SparseCoder blind = Coder([Axis((1, 1)), Axis((1, -1))], [Axis((1, 1)), Axis((1, -1))]);
        using LatentRows told = Rows(own, x), guessed = Rows(blind, x);
        Assert.Equal(1, SparseProbing.Measure(told, task, 1).Average(), 12);
        Assert.Equal(1, SparseProbing.MeasureActivations(guessed, task).Average(), 12);
        Assert.InRange(SparseProbing.Measure(guessed, task, 2).Average(), 0.2, 0.75);
    }

    /// <summary>All that is told rightly is told of the one class: balanced accuracy is ½, however rare the other.</summary>
    [Fact]
    public void Outcomes_weigh_classes_alike()
    {
        ProbeTask task = new([true, false, false, false, false], [], [0, 1, 2, 3, 4]);
        Assert.Equal(0.5, task.Outcomes([false, false, false, false, false]).Average(), 12);
        Assert.Equal(1, task.Outcomes([true, false, false, false, false]).Average(), 12);
    }

    /// <summary>
    /// Class of axis 0, members with an axis of their own each. Latent 0 is the class's; on member 4 it is silent, and on member 5
    /// it says half, because their own latents write the rest.
    /// </summary>
    [Fact]
    public void Absorption_that_was_built_in_is_found_and_nothing_else()
    {
        (float[][] x, ProbeTask task) = Members();
        using SparseCoder coder = Coder(
            [Axis((0, 1), (5, -9), (6, -0.5f)), Axis((1, 1)), Axis((5, 1)), Axis((6, 1)), Axis((7, 1))],
            [Axis((0, 1)), Axis((1, 1)), Axis((5, 1), (0, 1)), Axis((6, 1), (0, 0.5f)), Axis((7, 1))]);
        using LatentRows rows = Rows(coder, x);
        AbsorptionResult result = FeatureAbsorption.Measure(rows, task);
        Assert.Equal([0], result.Main);
        Assert.Equal([(5, 1.0, true), (6, 0.5, false), (7, 0.0, false)], result.Members.Select(member =>
            (Array.FindIndex(x[member.Row], 1, value => value > 0), Math.Round(member.Fraction, 9), member.IsFull)));
    }

    [Fact]
    public void A_dictionary_whose_class_latent_always_fires_absorbs_nothing()
    {
        (float[][] x, ProbeTask task) = Members();
        float[][] axes = [.. Enumerable.Range(0, 8).Select(i => Axis((i, 1)))];
        using SparseCoder coder = Coder(axes, axes);
        using LatentRows rows = Rows(coder, x);
        Assert.All(FeatureAbsorption.Measure(rows, task).Members, member => Assert.Equal((0.0, false), (member.Fraction, member.IsFull)));
    }

    [Theory]
    [InlineData(1, 1, 5, 0), InlineData(1, 2, 5, 0)] // the main latents carry it all
    [InlineData(1, 0.2, 0.3, 0)] // the others carry too little
    [InlineData(1, 0, 0.5, 1), InlineData(1, -1, 0.5, 1)] // the main latents carry nothing
    [InlineData(1, 0.5, 0.5, 0.5), InlineData(1, 0.5, 3, 0.5), InlineData(2, 0.5, 1, 1 / 1.5)]
    [InlineData(0, -1, 1, 0), InlineData(-1, -2, 1, 0)] // nothing to be absorbed
    public void The_fraction_absorbed_is_as_defined(double whole, double main, double others, double fraction) =>
        Assert.Equal(fraction, FeatureAbsorption.Fraction(whole, main, others), 12);

    [Theory]
    [InlineData(1, 0, 0.4, 0.025, true), InlineData(1, 1e-9, 0.5, 0.9, true)]
    [InlineData(1, 1e-7, 0.5, 0.9, false), InlineData(1, 0, 0.39, 0.9, false), InlineData(1, 0, 0.5, 0.02, false)]
    [InlineData(-1, 0, 0.5, 0.9, false)]
    public void Whole_absorption_is_as_defined(double whole, double main, double top, double cosine, bool full) =>
        Assert.Equal(full, FeatureAbsorption.IsFull(whole, main, top, cosine));

    [Fact]
    public void A_transcoder_has_no_absorption()
    {
        using SparseCoder transcoder = Made.Coder(CoderKind.Relu, 8, 4, isTranscoder: true);
        using LatentRows rows = new(transcoder, Made.Normal(new Rng(1), 4, 8), Made.Normal(new Rng(2), 4, 8));
        Assert.Contains("transcoder", Assert.Throws<InputException>(() =>
            FeatureAbsorption.Measure(rows, Halves([true, false, true, false]))).Message, StringComparison.Ordinal);
    }

    /// <summary>Latents of axes: the class's own is all that its probe rests on, and no other probe looks there.</summary>
    [Fact]
    public void Targeted_perturbation_of_separate_classes_is_one_half_and_of_one_latent_for_all_none()
    {
        float[][] x = [.. Enumerable.Range(0, 90).Select(r => Axis((r % 3, 1), (4, 0.1f * Noise.Fork(2).Normal((ulong)r)), (5, 1)))];
        ProbeTask[] classes = [.. Enumerable.Range(0, 3).Select(c => Halves([.. x.Select(row => row[c] > 0)]))];
        float[][] axes = [.. Enumerable.Range(0, 3).Select(i => Axis((i, 1)))];
        float[] sum = Axis((0, 1), (1, 1), (2, 1));
        using SparseCoder separate = Coder(axes, axes);
        // One latent for each class, which takes all three away.
        using SparseCoder tangled = Coder(axes, [sum, sum, sum]);
        using LatentRows good = Rows(separate, x), bad = Rows(tangled, x);
        Assert.Equal(0.5, TargetedPerturbation.Measure(good, classes, [1])[0].Average(), 9);
        Assert.InRange(TargetedPerturbation.Measure(bad, classes, [1])[0].Average(), -0.2, 0.2);
    }

    /// <summary>The spurious concept has a clean axis, the one to be told a noisy one; so the biased probe goes by the former.</summary>
    [Fact]
    public void Taking_out_the_right_latents_removes_a_spurious_correlation_and_taking_out_others_does_not()
    {
        float[][] x = [.. Enumerable.Range(0, 400).Select(r =>
            Axis((0, Sign(r / 2) + (0.9f * Noise.Fork(3).Normal((ulong)r))), (1, 3 * Sign(r)), (2, Noise.Fork(4).Normal((ulong)r))))];
        ProbeTask told = Halves([.. Enumerable.Range(0, 400).Select(r => r / 2 % 2 == 0)]);
        ProbeTask cue = told with { Labels = [.. Enumerable.Range(0, 400).Select(r => r % 2 == 0)] };
        float[][] axes = [Axis((0, 1)), Axis((0, -1)), Axis((1, 1)), Axis((1, -1)), Axis((2, 1)), Axis((2, -1))];
        float[][] without = [Axis((0, 0.1f)), Axis((0, -0.1f)), Axis((3, 1)), Axis((3, -1)), Axis((2, 1)), Axis((2, -1))];
        using SparseCoder right = Coder(axes, axes), blind = Coder(without, without);
        using LatentRows good = Rows(right, x), bad = Rows(blind, x);
        SpuriousResult removed = SpuriousCorrelation.Measure(good, told, cue, [2]), kept = SpuriousCorrelation.Measure(bad, told, cue, [2]);
        int[] all = [.. Enumerable.Range(0, told.Test.Count)];
        Assert.True(removed.TellsFirst);
        Assert.InRange(removed.Baseline.Average(r => r ? 1 : 0), 0.4, 0.6);
        Assert.InRange(removed.Score(0, all), 0.85, 1.15);
        Assert.InRange(kept.Score(0, all), -0.1, 0.1);
        Assert.Throws<InputException>(() => SpuriousCorrelation.Measure(good, told, told, [2]));
    }

    [Fact]
    public void What_latents_write_is_taken_out_and_the_error_stays()
    {
        using SparseCoder coder = Coder([Axis((0, 1)), Axis((1, 1))], [Axis((0, 2)), Axis((1, 1))]);
        using LatentRows rows = Rows(coder, [Axis((0, 1), (1, 4), (7, 5)), Axis((0, -1), (1, 3))]);
        Assert.Equal([-1, 4, 5.0], Places(rows.Without([0], [0, 1]), 0));
        Assert.Equal([-1, 3, 0.0], Places(rows.Without([0], [0, 1]), 1));
        Assert.Equal([-1, 0, 5.0], Places(rows.Without([0, 1], [0]), 0));

        static double[] Places(Matrix x, int row) => [x[row, 0], x[row, 1], x[row, 7]];
    }

    // Members 1 to 4 train, 5 to 7 test; of every member a row of the class and one without.
    static (float[][] X, ProbeTask Task) Members()
    {
        float[][] x = [.. Enumerable.Range(0, 14).Select(r => Axis((0, r % 2), (1 + (r / 2), 1)))];
        return (x, new ProbeTask([.. x.Select(row => row[0] > 0)], [.. Enumerable.Range(0, 8)], [.. Enumerable.Range(8, 6)]));
    }

    static float Sign(int r) => r % 2 == 0 ? 1 : -1;

    // Every other four rows train.
    static ProbeTask Halves(bool[] labels)
    {
        int[] rows = [.. Enumerable.Range(0, labels.Length)];
        return new ProbeTask(labels, [.. rows.Where(r => r / 4 % 2 == 0)], [.. rows.Where(r => r / 4 % 2 == 1)]);
    }
}
