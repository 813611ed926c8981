using Hooke.Circuits;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>How far what was predicted of edges is what happened, over sources that were taken out.</summary>
/// <param name="Signs">The share of edges whose effect has the predicted sign.</param>
/// <param name="Correlation">Pearson's, of effects with predictions.</param>
/// <param name="Ratio">Σ effect · prediction / Σ prediction²: 1 where effects are as large as predicted.</param>
/// <remarks>Intervals resample sources with all their edges: edges of one source stand or fall together.</remarks>
public sealed record LiveAgreement(Estimate Signs, Estimate Correlation, Estimate Ratio)
{
    const string Method = "95 % percentile bootstrap over sources taken out, 2,000 resamples";

    internal static LiveAgreement Of(
        IEnumerable<EdgeEffect> edges, Func<EdgeEffect, double> predicted, Func<EdgeEffect, double> found, ulong seed)
    {
        Sums[] sources = [.. edges.GroupBy(e => e.Source).OrderBy(g => g.Key).Select(g => Sums.Of(g, predicted, found))];
        return new(
            Over(sources, sum => sum.Same / sum.Count, seed),
            Over(sources, sum => sum.Correlation, seed),
            Over(sources, sum => sum.Both / sum.Predicted2, seed));
    }

    /// <summary>The share of edges whose effect is larger than that of the control drawn for them.</summary>
    internal static Estimate BeyondControls(IEnumerable<EdgeEffect> effects, Func<EdgeEffect, double> found, ulong seed)
    {
        Sums[] sources = [.. effects.GroupBy(e => e.Source).OrderBy(g => g.Key).Select(g =>
        {
            Dictionary<int, double> controls = g.Where(e => e.IsControl).ToDictionary(e => e.Place, e => Math.Abs(found(e)));
            Sums sums = default;
            foreach (EdgeEffect edge in g.Where(e => !e.IsControl && controls.ContainsKey(e.Place)))
                sums = sums.Plus(new Sums { Count = 1, Same = Larger(Math.Abs(found(edge)), controls[edge.Place]) });
            return sums;
        }).Where(sum => sum.Count > 0)];
        return sources.Length == 0
            ? new Estimate(0, 0, 1, 1, "no edge has a control to be compared with", seed)
            : Over(sources, sum => sum.Same / sum.Count, seed);
    }

    static double Larger(double edge, double control) => edge > control ? 1 : edge == control ? 0.5 : 0;

    static Estimate Over(Sums[] sources, Func<Sums, double> statistic, ulong seed) => Bootstrap.Of(sources.Length, chosen =>
    {
        Sums sum = default;
        foreach (int i in chosen)
            sum = sum.Plus(sources[i]);
        return statistic(sum);
    }, seed) with
    { Method = Method };

    // What the three figures of many edges are made of.
    readonly record struct Sums(
        double Count, double Same, double Predicted, double Found, double Predicted2, double Found2, double Both)
    {
        public double Correlation
        {
            get
            {
                double p = Predicted2 - (Predicted * Predicted / Count), f = Found2 - (Found * Found / Count);
                return (Both - (Predicted * Found / Count)) / Math.Sqrt(p * f);
            }
        }

        public static Sums Of(IEnumerable<EdgeEffect> edges, Func<EdgeEffect, double> predicted, Func<EdgeEffect, double> found)
        {
            Sums sums = default;
            foreach (EdgeEffect edge in edges)
            {
                (double p, double f) = (predicted(edge), found(edge));
                sums = sums.Plus(new(1, p * f > 0 ? 1 : 0, p, f, p * p, f * f, p * f));
            }
            return sums;
        }

        public Sums Plus(Sums other) => new(Count + other.Count, Same + other.Same, Predicted + other.Predicted,
            Found + other.Found, Predicted2 + other.Predicted2, Found2 + other.Found2, Both + other.Both);
    }
}
