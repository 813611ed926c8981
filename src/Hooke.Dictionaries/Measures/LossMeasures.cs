namespace Hooke.Dictionaries;

/// <summary>What stands at the sites in a run whose losses are measured.</summary>
public enum InPlace
{
    /// <summary>What the model has there.</summary>
    Model,

    /// <summary>What the dictionary makes of it.</summary>
    Dictionary,

    /// <summary>That, and what it misses on the plain run: the model again, if all is as it should be.</summary>
    DictionaryAndErrors,

    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The mean over all tokens measured.</summary>
    Means,
}

/// <summary>Losses with something in place of what the model has at all sites of a dictionary, in nats.</summary>
/// <param name="InPlace">What.</param>
/// <param name="CrossEntropy">Of the next token, mean over predictions.</param>
/// <param name="Divergence">KL(model ‖ this run) of the next token's distribution, mean over predictions.</param>
/// <param name="CrossEntropyOverZeros">(zeros − this) / (zeros − model), in cross-entropy: 1 where nothing is lost.</param>
/// <param name="DivergenceOverZeros">(zeros − this) / zeros, in divergence from the model.</param>
/// <param name="CrossEntropyOverMeans">(means − this) / (means − model), in cross-entropy.</param>
/// <param name="DivergenceOverMeans">(means − this) / means, in divergence.</param>
public sealed record LossMeasures(
    InPlace InPlace, Measured CrossEntropy, Measured Divergence, Measured CrossEntropyOverZeros, Measured DivergenceOverZeros,
    Measured CrossEntropyOverMeans, Measured DivergenceOverMeans);

/// <summary>Sums of losses over predictions.</summary>
sealed class LossSums : ISums<LossSums>
{
    static readonly InPlace[] Kinds = Enum.GetValues<InPlace>();

    readonly double[] _crossEntropy = new double[Kinds.Length], _divergence = new double[Kinds.Length];

    public long Count { get; private set; }

    public void Add(InPlace what, double crossEntropy, double divergence)
    {
        _crossEntropy[(int)what] += crossEntropy;
        _divergence[(int)what] += divergence;
        Count += what == InPlace.Model ? 1 : 0;
    }

    public void Add(LossSums other)
    {
        foreach (InPlace what in Kinds)
        {
            _crossEntropy[(int)what] += other._crossEntropy[(int)what];
            _divergence[(int)what] += other._divergence[(int)what];
        }
        Count += other.Count;
    }

    /// <summary>The measures of all groups, with intervals.</summary>
    public static IReadOnlyList<LossMeasures> Measure(PromptGroups<LossSums> groups)
    {
        LossSums[] made = [.. groups.All.Where(group => group.Count > 0)];
        LossSums total = groups.Total;
        return [.. Kinds.Select(what => new LossMeasures(
            what, Of(left => CrossEntropy(left, what)), Of(left => Divergence(left, what)),
            Of(left => Recovered(CrossEntropy, left, what, InPlace.Zeros)),
            Of(left => Recovered(Divergence, left, what, InPlace.Zeros)),
            Of(left => Recovered(CrossEntropy, left, what, InPlace.Means)),
            Of(left => Recovered(Divergence, left, what, InPlace.Means))))];

        Measured Of(Func<LossSums?, double> statistic) => Jackknife.Of(made, statistic, total.Count);

        double CrossEntropy(LossSums? left, InPlace what) => Mean(s => s._crossEntropy[(int)what], left);

        double Divergence(LossSums? left, InPlace what) => Mean(s => s._divergence[(int)what], left);

        double Mean(Func<LossSums, double> sum, LossSums? left) =>
            (sum(total) - (left is null ? 0 : sum(left))) / (total.Count - (left?.Count ?? 0));
    }

    // NaN where the ablation costs nothing: then there is nothing to recover.
    static double Recovered(Func<LossSums?, InPlace, double> loss, LossSums? left, InPlace what, InPlace ablation)
    {
        double ablated = loss(left, ablation), cost = ablated - loss(left, InPlace.Model);
        return cost != 0 ? (ablated - loss(left, what)) / cost : double.NaN;
    }
}
