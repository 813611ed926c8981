namespace Hooke.Dictionaries;

/// <summary>exp of doubles, the same bits on every machine: basic operations and fused multiply-add alone.</summary>
static class DoubleExp
{
    const double Log2E = 1.4426950408889634;
    const double Ln2High = 0.69314718036912382, Ln2Low = 1.9082149292705877e-10; // ln 2 in two parts, the first of few digits

    // 1/13!, 1/12!, …, 1/1!, 1/0!: the series to r¹³, below 2⁻⁵³ for |r| ≤ ln 2 / 2.
    static readonly double[] Series = [.. Enumerable.Range(0, 14).Reverse().Select(n =>
        Enumerable.Range(1, n).Aggregate(1.0, (fraction, i) => fraction / i))];

    /// <summary>eˣ; 0 below −700, e⁷⁰⁰ above 700.</summary>
    public static double Of(double x)
    {
        if (x < -700)
            return 0;
        x = Math.Min(x, 700);
        double k = Math.Round(x * Log2E), r = (x - (k * Ln2High)) - (k * Ln2Low), sum = 0;
        foreach (double coefficient in Series)
            sum = Math.FusedMultiplyAdd(sum, r, coefficient);
        return Math.ScaleB(sum, (int)k);
    }

    /// <summary>1 / (1 + e⁻ˣ)</summary>
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Of(-x)) : Of(x) / (1 + Of(x));
}
