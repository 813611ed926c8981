namespace Hooke.Evidence;

/// <summary>A statistic of the chosen prompts; a prompt may be chosen more than once.</summary>
/// <param name="chosen">Indices of prompts.</param>
public delegate double Statistic(ReadOnlySpan<int> chosen);

/// <summary>95 % percentile-bootstrap intervals over prompts, the same on every machine.</summary>
/// <remarks>
/// Prompts are drawn with replacement, as many as there are; the ends are the 2.5 % and 97.5 % quantiles (linear
/// between
/// order statistics) of the resampled statistic. Source: Efron and Tibshirani 1993, chapter 13.
/// </remarks>
public static class Bootstrap
{
    /// <summary>How often the prompts are drawn again.</summary>
    public const int Resamples = 2000;

    /// <summary>The method in words, as every estimate made here states it.</summary>
    public const string Method = "95 % percentile bootstrap over prompts, 2,000 resamples";

    /// <summary>
    /// A statistic of <paramref name="n"/> prompts with its interval; all it reads is resampled jointly.
    /// </summary>
    /// <param name="n">How many prompts.</param>
    /// <param name="statistic">Called with every prompt once, then with each resample.</param>
    /// <param name="seed">The same seed and <paramref name="n"/> draw the same prompts.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no prompts.</exception>
    public static Estimate Of(int n, Statistic statistic, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        int[] chosen = [.. Enumerable.Range(0, n)];
        double value = Bounded(statistic(chosen), undefined: 0);
        SplitMix random = new(seed);
        double[] lows = new double[Resamples], highs = new double[Resamples];
        for (int resample = 0; resample < Resamples; resample++)
        {
            for (int i = 0; i < n; i++)
                chosen[i] = random.Below(n, (ulong)resample * (ulong)n + (ulong)i);
            double drawn = statistic(chosen);
            lows[resample] = Bounded(drawn, undefined: -Estimate.Limit);
            highs[resample] = Bounded(drawn, undefined: Estimate.Limit);
        }
        return new Estimate(value, Quantile(lows, 0.025), Quantile(highs, 0.975), n, Method, seed);
    }

    // 0/0 says nothing, so a resample that gives it pushes the low end down and the high end up.
    static double Bounded(double drawn, double undefined) =>
        double.IsNaN(drawn) ? undefined : Math.Clamp(drawn, -Estimate.Limit, Estimate.Limit);

    static double Quantile(double[] values, double share)
    {
        Array.Sort(values);
        double place = share * (values.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, values.Length - 1);
        return values[below] + (place - below) * (values[above] - values[below]);
    }
}
