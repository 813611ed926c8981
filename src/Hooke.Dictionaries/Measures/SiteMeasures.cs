using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>How well a dictionary reconstructs what stands at a site, y, by what it writes there, ŷ.</summary>
/// <param name="At">The site.</param>
/// <param name="Fvu">Σ ‖y − ŷ‖² / Σ ‖y − ȳ‖², ȳ the mean over all tokens measured. Explained is the rest.</param>
/// <param name="Cosine">Mean over tokens of cos(y, ŷ).</param>
/// <param name="NormRatio">Mean over tokens of ‖ŷ‖ / ‖y‖; below 1 where the dictionary shrinks.</param>
/// <param name="Scale">
/// Σ ‖ŷ‖² / Σ ⟨y, ŷ⟩, the γ for which ŷ / γ comes nearest to y: below 1 where the dictionary shrinks. Source: Rajamanoharan
/// et al. 2024, arXiv:2404.16014, section 5.3.
/// </param>
public sealed record SiteMeasures(Address At, Measured Fvu, Measured Cosine, Measured NormRatio, Measured Scale)
{
    /// <summary>1 − FVU.</summary>
    public Measured Explained => Fvu.Rest();
}

/// <summary>Sums over tokens at a site, squares taken about a given centre.</summary>
/// <param name="centre">Near the mean of y, so that nothing cancels.</param>
sealed class SiteSums(double[] centre) : ISums<SiteSums>
{
    readonly double[] _shift = new double[centre.Length]; // Σ (y − centre)
    double _spread, _missed, _dot, _found, _cosines, _ratios; // _spread: Σ ‖y − centre‖², _found: Σ ‖ŷ‖²

    public long Count { get; private set; }

    public void Add(ReadOnlySpan<float> actual, ReadOnlySpan<float> reconstructed)
    {
        double missed = 0, spread = 0, dot = 0, squares = 0, found = 0;
        for (int i = 0; i < centre.Length; i++)
        {
            double y = actual[i], other = reconstructed[i], shifted = y - centre[i];
            _shift[i] += shifted;
            spread += shifted * shifted;
            missed += (y - other) * (y - other);
            dot += y * other;
            squares += y * y;
            found += other * other;
        }
        (_spread, _missed, _dot, _found) = (_spread + spread, _missed + missed, _dot + dot, _found + found);
        _cosines += squares > 0 && found > 0 ? dot / Math.Sqrt(squares) / Math.Sqrt(found) : squares == found ? 1 : 0;
        _ratios += squares > 0 ? Math.Sqrt(found) / Math.Sqrt(squares) : found > 0 ? double.PositiveInfinity : 1;
        Count++;
    }

    public void Add(SiteSums other)
    {
        for (int i = 0; i < centre.Length; i++)
            _shift[i] += other._shift[i];
        (_spread, _missed, _dot) = (_spread + other._spread, _missed + other._missed, _dot + other._dot);
        (_found, _cosines, _ratios) = (_found + other._found, _cosines + other._cosines, _ratios + other._ratios);
        Count += other.Count;
    }

    /// <summary>The measures of all groups, with intervals.</summary>
    public static SiteMeasures Measure(Address at, PromptGroups<SiteSums> groups)
    {
        SiteSums total = groups.Total;
        SiteSums[] made = [.. groups.All.Where(group => group.Count > 0)];
        Measured Of(Func<SiteSums?, double> statistic, double least = 0, double most = double.PositiveInfinity) =>
            Jackknife.Of(made, statistic, total.Count, least, most);
        double Mean(Func<SiteSums, double> sum, SiteSums? left) =>
            (sum(total) - Less(sum, left)) / (total.Count - (left?.Count ?? 0));
        return new(at,
            Of(left => Share(total._missed - Less(s => s._missed, left), Variance(total, left))),
            Of(left => Mean(s => s._cosines, left), -1, 1),
            Of(left => Mean(s => s._ratios, left)),
            Of(left => Share(total._found - Less(s => s._found, left), total._dot - Less(s => s._dot, left)),
                double.NegativeInfinity));
    }

    /// <summary>Σ ‖y − ŷ‖² / Σ ‖y − ȳ‖² of several sites together, each about its own mean ȳ.</summary>
    public static double Fvu(IReadOnlyList<SiteSums> sites) =>
        Share(sites.Sum(site => site._missed), sites.Sum(site => Variance(site, null)));

    static double Less(Func<SiteSums, double> sum, SiteSums? left) => left is null ? 0 : sum(left);

    // Σ ‖y − ȳ‖² = Σ ‖y − c‖² − ‖Σ (y − c)‖² / n, whatever c.
    static double Variance(SiteSums total, SiteSums? left)
    {
        double squares = 0;
        for (int i = 0; i < total._shift.Length; i++)
        {
            double shift = total._shift[i] - (left?._shift[i] ?? 0);
            squares += shift * shift;
        }
        return Math.Max(0, total._spread - (left?._spread ?? 0) - (squares / (total.Count - (left?.Count ?? 0))));
    }

    static double Share(double part, double whole) => whole != 0 ? part / whole : part > 0 ? double.PositiveInfinity : 0;
}
