using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>One figure of a dictionary against what it must be, or is said to be.</summary>
/// <param name="What">The figure, and of which site.</param>
/// <param name="Measured">As measured.</param>
/// <param name="Stated">What the files say; null where they say nothing.</param>
/// <param name="Asked">What it must be, in words.</param>
/// <param name="Passes">Whether it is.</param>
public sealed record FitFigure(string What, Measured Measured, double? Stated, string Asked, bool Passes)
{
    /// <summary>The figure with what was asked, as in "FVU at blocks.1.hook_resid_post is 1.3, but must be below 1".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{What} is {Measured.Value:g3}, {(Passes ? "and" : "but")} must be {Asked}");
}

/// <summary>Whether a dictionary belongs where it is spliced: its figures on a probe text, against its files' own.</summary>
/// <remarks>
/// It does not where it explains no more than the mean would (FVU ≥ 1 at some site), where the model predicts worse with it
/// than with zeros and with means in place, or where its figures are far from what its files say: L0 more than 2 times more or
/// less, explained variance or recovered cross-entropy more than 0.1 less, the nearer end of the interval counting. Other text
/// than a dictionary was measured on moves its figures by less; a wrong tap, a missing norm or a transposed matrix by more.
/// </remarks>
public sealed class DictionaryFit
{
    const double L0Factor = 2, Margin = 0.1;

    DictionaryFit(DictionaryMeasures measures, StatedFigures? stated, IReadOnlyList<FitFigure> figures) =>
        (Measures, Stated, Figures) = (measures, stated, figures);

    /// <summary>What was measured.</summary>
    public DictionaryMeasures Measures { get; }

    /// <summary>What the files say; null where they say nothing.</summary>
    public StatedFigures? Stated { get; }

    /// <summary>The figures that were asked for.</summary>
    public IReadOnlyList<FitFigure> Figures { get; }

    /// <summary>Whether all are as they must be.</summary>
    public bool Belongs => Figures.All(figure => figure.Passes);

    /// <summary>Measures a dictionary on a probe text and judges its figures.</summary>
    /// <exception cref="InputException">Nothing can be measured.</exception>
    public static DictionaryFit Of(Splice splice, IReadOnlyList<IReadOnlyList<int>> prompts) =>
        Of(splice.Dictionary, DictionaryMeasures.Of(splice, prompts));

    /// <summary>Judges a dictionary by its measures.</summary>
    /// <exception cref="InputException">A file that should say what it measured is damaged.</exception>
    public static DictionaryFit Of(CoderSet dictionary, DictionaryMeasures measures)
    {
        StatedFigures? stated = StatedFigures.Of(dictionary);
        List<FitFigure> figures = [.. measures.Sites.Select((site, i) => Fvu(site, stated?.Explained[i]))];
        for (int coder = 0; coder < measures.Latents.Count; coder++)
            if (stated?.L0[coder] is double l0)
                figures.Add(L0(measures.Latents[coder], l0));
        if (measures.Spliced is { } spliced)
        {
            figures.Add(CrossEntropy(spliced, measures));
            if (stated?.Recovered is double recovered)
                figures.Add(new("cross-entropy recovered over zeros", spliced.CrossEntropyOverZeros, recovered,
                    Text($"at least {recovered - Margin:g3}"),
                    Upper(spliced.CrossEntropyOverZeros) >= recovered - Margin));
        }
        return new(measures, stated, figures);
    }

    /// <summary>Passes a dictionary that belongs.</summary>
    /// <exception cref="InputException">It does not; the message has the figures.</exception>
    public void Require()
    {
        if (!Belongs)
            throw new InputException("the dictionary does not belong where it is spliced: "
                + string.Join("; ", Figures.Where(figure => !figure.Passes)));
    }

    static FitFigure Fvu(SiteMeasures site, double? explained)
    {
        double most = explained is double stated ? Math.Min(1, 1 - stated + Margin) : 1;
        return new($"FVU at {site.At}", site.Fvu, 1 - explained, Text($"below {most:g3}"),
            site.Fvu.Value < 1 && (explained is null || Lower(site.Fvu) < most));
    }

    static FitFigure L0(LatentMeasures latents, double stated) => new(
        $"L0 at {latents.At}", latents.L0, stated, Text($"{stated / L0Factor:g3} to {stated * L0Factor:g3}"),
        Upper(latents.L0) >= stated / L0Factor && Lower(latents.L0) <= stated * L0Factor);

    static FitFigure CrossEntropy(LossMeasures spliced, DictionaryMeasures measures)
    {
        double Of(InPlace what) => measures.Losses[(int)what].CrossEntropy.Value;
        double worst = Math.Max(Of(InPlace.Zeros), Of(InPlace.Means));
        return new("cross-entropy with it in place", spliced.CrossEntropy, null,
            Text($"below {worst:g4}, that of {(worst == Of(InPlace.Zeros) ? "zeros" : "means")}"),
            spliced.CrossEntropy.Value < worst || worst <= Of(InPlace.Model));
    }

    static double Lower(Measured measured) => measured.HasInterval ? measured.Low : measured.Value;

    static double Upper(Measured measured) => measured.HasInterval ? measured.High : measured.Value;

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
