namespace Hooke.Dictionaries;

/// <summary>95 % intervals by leaving out one group of prompts at a time.</summary>
/// <remarks>
/// s² = (G − 1)/G Σ (θ₍₋g₎ − mean θ₍₋g₎)², and the ends are θ ± t s with Student's t of G − 1 degrees of freedom. What is
/// centred or divided is computed anew without the group, so that ratios of sums and variances about the whole set's mean
/// are treated as what they are; no random numbers are drawn. Source: Efron and Tibshirani 1993, chapter 11.
/// </remarks>
static class Jackknife
{
    const double Normal = 1.959963984540054; // its 97.5 % quantile

    /// <summary>A statistic with its interval.</summary>
    /// <param name="groups">Sums over groups of prompts.</param>
    /// <param name="statistic">Given the sums of the group that is left out, or null for none.</param>
    /// <param name="n">What the statistic is over.</param>
    /// <param name="least">The least that it can be.</param>
    /// <param name="most">The most that it can be.</param>
    public static Measured Of<TSums>(
        IReadOnlyList<TSums> groups, Func<TSums?, double> statistic, long n, double least = double.NegativeInfinity,
        double most = double.PositiveInfinity)
        where TSums : class
    {
        double value = statistic(null);
        if (groups.Count < 2)
            return new(value, double.NaN, double.NaN, n);
        double[] without = [.. groups.Select(group => statistic(group))];
        double mean = without.Average(), squares = without.Sum(other => (other - mean) * (other - mean));
        double reach = Student(groups.Count - 1) * Math.Sqrt(squares * (groups.Count - 1) / groups.Count);
        return double.IsFinite(reach)
            ? new(value, Math.Max(least, value - reach), Math.Min(most, value + reach), n)
            : new(value, double.NaN, double.NaN, n);
    }

    /// <summary>The 97.5 % quantile of Student's distribution.</summary>
    /// <remarks>From 3 degrees on by the expansion about the normal one (Abramowitz and Stegun 26.7.5), within 0.2 %.</remarks>
    internal static double Student(int degrees)
    {
        if (degrees < 3)
            return degrees == 1 ? 12.706204736174698 : 4.302652729749464;
        const double X = Normal, X3 = X * X * X, X5 = X3 * X * X, X7 = X5 * X * X, X9 = X7 * X * X;
        double d = degrees;
        return X + ((X3 + X) / (4 * d)) + (((5 * X5) + (16 * X3) + (3 * X)) / (96 * d * d))
            + (((3 * X7) + (19 * X5) + (17 * X3) - (15 * X)) / (384 * d * d * d))
            + (((79 * X9) + (776 * X7) + (1482 * X5) - (1920 * X3) - (945 * X)) / (92160 * d * d * d * d));
    }
}
