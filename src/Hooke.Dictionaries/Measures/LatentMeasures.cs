using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>How many latents of a coder are active, and how often each.</summary>
/// <param name="At">What the coder reads.</param>
/// <param name="L0">Mean number of latents of a token that are not 0.</param>
/// <param name="Dead">Share of the latents that were active at no token: they fire at fewer than one token in N / 3.</param>
/// <param name="Dense">Share of the latents that were active at more than one token in ten.</param>
/// <param name="Densities">How many latents are active at which share of the tokens, the dead ones left out.</param>
public sealed record LatentMeasures(
    Address At, Measured L0, Measured Dead, Measured Dense, IReadOnlyList<DensityBin> Densities);

/// <summary>How many latents have a density d with From ≤ log₁₀ d &lt; From + ½; the last holds 1 too.</summary>
/// <param name="From">The low end.</param>
/// <param name="Latents">How many.</param>
public sealed record DensityBin(double From, int Latents);

/// <summary>How often each latent of a coder was active.</summary>
sealed class LatentSums(int nLatents) : ISums<LatentSums>
{
    const double DenseShare = 0.1;
    const int Bins = 16; // half decades, from 10⁻⁸ on

    // 10^-½, 10^-1, …, written out: the C runtimes' own powers differ in the last bit.
    static readonly double[] Edges = [.. Enumerable.Range(1, Bins).Select(steps =>
        steps % 2 == 0 ? 1.0 / Whole(steps / 2) : 3.1622776601683795 / Whole((steps + 1) / 2))];

    readonly int[] _firings = new int[nLatents];
    long _active;

    public long Count { get; private set; }

    public void Add(ReadOnlySpan<int> active)
    {
        foreach (int latent in active)
            _firings[latent]++;
        _active += active.Length;
        Count++;
    }

    public void Add(LatentSums other)
    {
        for (int i = 0; i < nLatents; i++)
            _firings[i] += other._firings[i];
        _active += other._active;
        Count += other.Count;
    }

    /// <summary>The measures of all groups, with intervals.</summary>
    public static LatentMeasures Measure(Address at, PromptGroups<LatentSums> groups)
    {
        LatentSums total = groups.Total;
        LatentSums[] made = [.. groups.All.Where(group => group.Count > 0)];
        int nLatents = total._firings.Length;
        Measured Share(Func<int, long, bool> isCounted) => Jackknife.Of(made, left =>
        {
            long tokens = total.Count - (left?.Count ?? 0);
            int counted = 0;
            for (int i = 0; i < nLatents; i++)
                counted += isCounted(total._firings[i] - (left?._firings[i] ?? 0), tokens) ? 1 : 0;
            return counted / (double)nLatents;
        }, nLatents, 0, 1);
        return new(at,
            Jackknife.Of(made, left => (total._active - (left?._active ?? 0)) / (double)(total.Count - (left?.Count ?? 0)),
                total.Count, 0),
            Share((firings, _) => firings == 0),
            Share((firings, tokens) => firings > DenseShare * tokens),
            total.Histogram());
    }

    DensityBin[] Histogram()
    {
        int[] counts = new int[Bins];
        foreach (int firings in _firings)
            if (firings > 0)
                counts[Bin(firings / (double)Count)]++;
        int first = Math.Max(0, Array.FindIndex(counts, count => count > 0));
        return [.. Enumerable.Range(first, Bins - first).Select(bin => new DensityBin((bin - Bins) / 2.0, counts[bin]))];
    }

    static int Bin(double density)
    {
        int steps = Array.FindIndex(Edges, edge => density >= edge);
        return steps < 0 ? 0 : Bins - 1 - steps;
    }

    static long Whole(int tens) => tens == 0 ? 1 : 10 * Whole(tens - 1);
}
