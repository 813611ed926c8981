using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Intervals by leaving out groups.</summary>
public class JackknifeTests
{
    sealed class Sum : ISums<Sum>
    {
        public double Total { get; set; }

        public int Count { get; set; }

        public void Add(Sum other) => (Total, Count) = (Total + other.Total, Count + other.Count);
    }

    /// <summary>Of a mean it is the textbook's interval: x̄ ± t s / √n.</summary>
    [Fact]
    public void Of_a_mean_it_is_students_interval()
    {
        double[] x = [3.5, -1, 2, 8, 4.25, 0.5, 1, 1];
        PromptGroups<Sum> groups = Grouped(x);
        Measured measured = Mean(groups);
        double mean = x.Average(), deviation = Math.Sqrt(x.Sum(value => (value - mean) * (value - mean)) / (x.Length - 1));
        const double T7 = 2.3646242515927844;
        Assert.Equal(mean, measured.Value, 12);
        Assert.Equal(T7 * deviation / Math.Sqrt(x.Length), measured.High - mean, 3);
        Assert.Equal(mean - measured.Low, measured.High - mean, 9);
    }

    [Theory]
    [InlineData(1, 12.7062), InlineData(2, 4.3027), InlineData(3, 3.1824), InlineData(5, 2.5706), InlineData(31, 2.0395)]
    public void Students_quantiles_are_those_of_the_tables(int degrees, double quantile) =>
        Assert.InRange(Jackknife.Student(degrees) / quantile, 0.998, 1.002);

    /// <summary>However many prompts there are, all are in some group and there are at most 32.</summary>
    [Theory]
    [InlineData(1), InlineData(32), InlineData(33), InlineData(64), InlineData(65), InlineData(1000)]
    public void Groups_stay_few_and_lose_nothing(int prompts)
    {
        PromptGroups<Sum> groups = Grouped([.. Enumerable.Range(1, prompts).Select(i => (double)i)]);
        Assert.InRange(groups.All.Count, Math.Min(prompts, 16), PromptGroups<Sum>.Most);
        Assert.Equal((prompts * (prompts + 1) / 2.0, prompts), (groups.Total.Total, groups.Total.Count));
        Assert.Equal(prompts > 1, Mean(groups).HasInterval);
        if (prompts > 1)
            Assert.InRange(groups.All[0].Count, 1, 2 * prompts / 32 + 1);
    }

    /// <summary>Of 300 samples from a skewed distribution, the interval holds the true mean in about 95 %.</summary>
    [Fact]
    public void It_covers_the_truth_as_often_as_it_says()
    {
        Rng rng = new Rng(6).Fork("coverage");
        int held = 0;
        for (int sample = 0; sample < 300; sample++)
        {
            Draws draws = rng.Fork(sample).Draw();
            double[] x = [.. Enumerable.Range(0, 100).Select(_ => draws.Uniform() is double u ? u * u : 0)];
            Measured measured = Mean(Grouped(x));
            held += measured.Low <= 1 / 3.0 && 1 / 3.0 <= measured.High ? 1 : 0;
        }
        Assert.InRange(held, 274, 296); // 285 ± 3 standard deviations
    }

    static Measured Mean(PromptGroups<Sum> groups) => Jackknife.Of(groups.All, left =>
        (groups.Total.Total - (left?.Total ?? 0)) / (groups.Total.Count - (left?.Count ?? 0)), groups.Total.Count);

    static PromptGroups<Sum> Grouped(double[] x)
    {
        PromptGroups<Sum> groups = new(() => new Sum());
        foreach (double value in x)
            groups.OfNextPrompt().Add(new Sum { Total = value, Count = 1 });
        return groups;
    }
}
