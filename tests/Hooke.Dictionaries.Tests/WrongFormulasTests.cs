using Hooke.Models;

namespace Hooke.Dictionaries.Tests;

/// <summary>
/// Formulas for the variance explained that were in use for years, each beside a case whose answer is known by hand and where it
/// goes wrong. Ours must give the answer.
/// </summary>
public class WrongFormulasTests
{
    /// <summary>Far from the origin, a dictionary that writes one constant explains nothing; about zero it explains nearly all.</summary>
    [Fact]
    public void Variance_about_zero_takes_the_mean_for_something_explained()
    {
        float[][] y = [[101, 50], [99, 50], [100, 51], [100, 49]], made = [[100, 50], [100, 50], [100, 50], [100, 50]];
        double aboutZero = 1 - (Sum(y, made, Squares) / Sum(y, y, Dot));
        Assert.InRange(aboutZero, 0.9999, 1);
        Assert.Equal(1, Fvu(y, made), 12);
    }

    /// <summary>The mean of ratios token by token is ruled by the tokens nearest to the mean, where least is to be explained.</summary>
    [Fact]
    public void The_mean_of_ratios_is_ruled_by_tokens_that_hardly_vary()
    {
        float[][] y = [[10, 0], [-10, 0], [0.125f, 0], [-0.125f, 0]], made = [[10, 0], [-10, 0], [1.125f, 0], [-1.125f, 0]];
        double ofRatios = 1 - y.Zip(made, (a, b) => Squares(a, b) / Dot(a, a)).Average(); // the mean is 0 here
        Assert.True(ofRatios < -30, $"{ofRatios}");
        Assert.Equal(2 / 200.03125, Fvu(y, made), 12);
    }

    /// <summary>The variance of the residual forgets its mean: a dictionary that is off by the same everywhere seems perfect.</summary>
    [Fact]
    public void The_variance_of_the_residual_forgets_a_shift()
    {
        float[][] y = [[1, 0], [-1, 0], [3, 0], [-3, 0]], made = [.. y.Select(row => (float[])[row[0], row[1] + 5])];
        double[] means = [y.Zip(made, (a, b) => a[0] - b[0]).Average(), y.Zip(made, (a, b) => a[1] - b[1]).Average()];
        double ofVariances = 1 - (y.Zip(made, (a, b) => ((a[0] - b[0] - means[0]) * (a[0] - b[0] - means[0]))
            + ((a[1] - b[1] - means[1]) * (a[1] - b[1] - means[1]))).Sum() / 20);
        Assert.Equal(1, ofVariances, 12);
        Assert.Equal(4 * 25 / 20.0, Fvu(y, made), 12);
    }

    /// <summary>Centred batch by batch, what differs between batches is not variance, and the same errors weigh more.</summary>
    [Fact]
    public void A_mean_of_each_batchs_own_loses_what_differs_between_batches()
    {
        float[][] one = [[100, 0], [101, 0]], other = [[-100, 0], [-101, 0]], made = [[100.5f, 0], [100.5f, 0]],
            otherMade = [[-100.5f, 0], [-100.5f, 0]];
        double batchwise = (Fvu(one, made) + Fvu(other, otherMade)) / 2;
        Assert.Equal(1, batchwise, 12);
        Assert.Equal(1 / 40402.0, Fvu([.. one, .. other], [.. made, .. otherMade]), 12);
    }

    /// <summary>Sums of squares cancel in single precision, and even in double without a centre near the data.</summary>
    [Fact]
    public void Nothing_cancels_far_from_the_origin()
    {
        const int Count = 1000;
        float[][] y = [.. Enumerable.Range(0, Count).Select(i => (float[])[4_000_000 + (i % 2 == 0 ? 0.5f : -0.5f), 0])];
        float[][] made = [.. y.Select(_ => (float[])[4_000_000, 0])];
        Assert.Equal(1, Fvu(y, made), 9);
        float single = 0, about = 0;
        foreach (float[] row in y)
            (single, about) = (single + (row[0] * row[0]), about + row[0]);
        Assert.NotEqual(Count / 4f, single - (about * about / Count)); // what it would be, had nothing cancelled
    }

    // The tokens in one group or in many; the centre, as the first pass finds it.
    static double Fvu(float[][] y, float[][] made)
    {
        double[] centre = [y.Average(row => (double)row[0]), y.Average(row => (double)row[1])];
        PromptGroups<SiteSums> one = new(() => new SiteSums(centre)), many = new(() => new SiteSums(centre)),
            elsewhere = new(() => new SiteSums([centre[0] + 0.25, centre[1] - 1]));
        SiteSums all = one.OfNextPrompt();
        for (int i = 0; i < y.Length; i++)
        {
            all.Add(y[i], made[i]);
            many.OfNextPrompt().Add(y[i], made[i]);
            elsewhere.OfNextPrompt().Add(y[i], made[i]);
        }
        double[] found = [.. new[] { one, many, elsewhere }.Select(groups =>
            SiteSums.Measure(Site.ResidPost.At(0), groups).Fvu.Value)];
        Assert.Equal(found[0], found[1], 12);
        Assert.Equal(found[0], found[2], 9);
        return found[0];
    }

    static double Sum(float[][] a, float[][] b, Func<float[], float[], double> term) => a.Zip(b, term).Sum();

    static double Squares(float[] a, float[] b) => a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum();

    static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
