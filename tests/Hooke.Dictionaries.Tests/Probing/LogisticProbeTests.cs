using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>The probe is the optimum that it says it is.</summary>
public class LogisticProbeTests
{
    const double L2 = 0.01;

    [Fact]
    public void The_loss_is_flat_and_lowest_at_the_fitted_probe()
    {
        (Matrix x, bool[] labels) = Noisy(rows: 60, features: 5, flip: 0.2);
        LogisticProbe probe = LogisticProbe.Fit(x, labels, L2);
        double[] at = [.. probe.Weights, probe.Bias];
        double best = Loss(x, labels, at);
        const double H = 1e-4;
        for (int j = 0; j < at.Length; j++)
        {
            double above = Loss(x, labels, Moved(at, j, H)), below = Loss(x, labels, Moved(at, j, -H));
            Assert.True(above > best && below > best);
            Assert.InRange((above - below) / (2 * H), -1e-7, 1e-7);
        }
    }

    /// <summary>One feature of ±1 that is right in three of four rows: weight → ln 3 as λ → 0.</summary>
    [Fact]
    public void One_noisy_feature_gets_its_log_odds()
    {
        Matrix x = new(8, 1, (r, _) => r < 4 ? 1 : -1);
        bool[] labels = [true, true, true, false, false, false, false, true];
        LogisticProbe probe = LogisticProbe.Fit(x, labels, 1e-9);
        Assert.Equal(Math.Log(3), probe.Weights[0], 6);
        Assert.Equal(0, probe.Bias, 9);
    }

    [Fact]
    public void Classes_that_can_be_parted_are_parted_by_finite_weights()
    {
        Matrix x = new(40, 3, (r, j) => j == 0 ? r < 20 ? 1 : -1 : Noise(r, j));
        bool[] labels = [.. Enumerable.Range(0, 40).Select(r => r < 20)];
        LogisticProbe probe = LogisticProbe.Fit(x, labels, 1e-6);
        Assert.Equal(labels, probe.Predict(x));
        Assert.All(probe.Weights, weight => Assert.True(double.IsFinite(weight)));
        Assert.True(Math.Abs(probe.Weights[0]) > 10 * Math.Abs(probe.Weights[1]));
    }

    /// <summary>Each class has half of the weight: a feature that says nothing leaves the odds even.</summary>
    [Fact]
    public void A_rare_class_is_not_voted_down()
    {
        Matrix x = new(50, 1, (_, _) => 2);
        LogisticProbe probe = LogisticProbe.Fit(x, [.. Enumerable.Range(0, 50).Select(r => r == 7)], L2);
        Assert.Equal(0, probe.Weights[0]);
        Assert.Equal(0, probe.LogOdds([2]), 9);
    }

    [Fact]
    public void A_probe_needs_both_classes()
    {
        Assert.Throws<ArgumentException>(() => LogisticProbe.Fit(new Matrix(3, 1), [true, true, true]));
        Assert.Throws<ArgumentException>(() => LogisticProbe.Fit(new Matrix(3, 1), [true, false]));
    }

    [Fact]
    public void The_same_bytes_on_any_number_of_threads()
    {
        (Matrix x, bool[] labels) = Noisy(rows: 150, features: 40, flip: 0.3);
        int threads = Work.Threads;
        try
        {
            double[][] weights = [.. Enumerable.Range(1, 3).Select(count =>
            {
                Work.Threads = count;
                return LogisticProbe.Fit(x, labels, L2).Weights.ToArray();
            })];
            Assert.All(weights, other => Assert.Equal(weights[0], other));
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(-1e-9), InlineData(0.3466), InlineData(-37.5), InlineData(12.25), InlineData(-690), InlineData(690)]
    public void The_exponential_is_right_to_the_last_bits(double x) =>
        Assert.InRange(DoubleExp.Of(x) / Math.Exp(x), 1 - 1e-15, 1 + 1e-15);

    // Written anew from the definition, with the runtime's own functions.
    static double Loss(Matrix x, bool[] labels, double[] at)
    {
        int positives = labels.Count(label => label);
        double loss = 0;
        for (int r = 0; r < x.Rows; r++)
        {
            double z = at[^1];
            for (int j = 0; j < x.Columns; j++)
                z += at[j] * x[r, j];
            loss += 0.5 / (labels[r] ? positives : labels.Length - positives) * Math.Log(1 + Math.Exp(labels[r] ? -z : z));
        }
        for (int j = 0; j < x.Columns; j++)
        {
            double mean = x.Column(j).Average(), variance = x.Column(j).Average(value => (value - mean) * (value - mean));
            loss += L2 / 2 * at[j] * at[j] * variance;
        }
        return loss;
    }

    static double[] Moved(double[] at, int place, double by) => [.. at.Select((value, j) => j == place ? value + by : value)];

    static (Matrix X, bool[] Labels) Noisy(int rows, int features, double flip)
    {
        Matrix x = new(rows, features, Noise);
        Rng rng = new(11);
        return (x, [.. Enumerable.Range(0, rows).Select(r => x[r, 0] + (2 * x[r, 1]) > 0 != rng.Uniform((ulong)r) < flip)]);
    }

    static double Noise(int row, int column) => new Rng(3).Fork(row).Normal((ulong)column);
}
