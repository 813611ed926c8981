using System.Globalization;

namespace Hooke.Studies;

/// <summary>A study of toy models as one page, and as drawings in files of their own.</summary>
public static class ToyPage
{
    /// <summary>The page; the same study gives the same text.</summary>
    public static string Of(SuperpositionStudy study)
    {
        (SuperpositionRequest request, PhaseDiagram phases) = (study.Request, study.Phases);
        return FigurePage.Of("Toy models of superposition",
            Html.Of($"""
                <p>Models x̂ = ReLU(Wᵀ W x + b) learn to copy features through fewer dimensions than there are features.
                A feature is absent with probability S, else uniform between 0 and 1. Where features are seldom there, the
                models store more of them than they have dimensions, in shapes that keep interference small.</p>
                <h2>How many features to a dimension</h2>
                """),
            LineFigure.Draw(Curves(study)),
            Html.Of($"<h2>How much of a dimension each feature has</h2>"),
            Html.Join(study.Sweeps.Select(Scatter)),
            Html.Of($"<h2>Five features in a plane</h2>"),
            Figure.Of("Five features in a plane", ToyFigures.Plane(study.Plane).Markup, Html.Of($"""
                A panel for each sparsity: the direction that stands for each feature. Feature 0 is the most important, each next
                one 0.9 times as important. Orthogonal pairs first, then two digons, then a pentagon.
                """)),
            Html.Of($"<h2>One dimension, two features: phases</h2>"),
            Html.Of($"""
                <div class="maps">{Figure.Of("Phases as trained", ToyFigures.Phases(phases, trained: true).Markup, Html.Empty)}
                {Figure.Of("Phases in theory", ToyFigures.Phases(phases, trained: false).Markup, Html.Empty)}</div>
                <p>Across: 1/(1 − S). Up: the importance of the second feature, the first one's being 1. 1: only the first is
                stored; 2: only the second; ±: both, pointing opposite ways; ?: none of these. Theory takes the least expected
                loss of the three, computed without training. They agree in {Figure.Percent(phases.Agreement)} of the
                cells; of each cell the best of {request.Restarts} trained models is shown.</p>
                """));
    }

    /// <summary>The drawings by their file names.</summary>
    public static IReadOnlyList<(string File, string Svg)> Drawings(SuperpositionStudy study) =>
    [
        ("features-per-dimension.svg", Drawing.File("Features per dimension", LineFigure.Drawing(Curves(study)))),
        ("dimensionality.svg", Drawing.File("Dimensionality of each feature",
            [.. study.Sweeps.Select(ToyFigures.Dimensionalities)])),
        ("plane.svg", Drawing.File("Five features in a plane", ToyFigures.Plane(study.Plane))),
        ("phases.svg", Drawing.File("Phases of two features in one dimension",
            ToyFigures.Phases(study.Phases, trained: true), ToyFigures.Phases(study.Phases, trained: false))),
    ];

    static LineChart Curves(SuperpositionStudy study) => new(
        "Features per dimension", "‖W‖² / m: a feature stored whole counts 1. One feature to a dimension is no superposition.",
        "1/(1 − S)", "features per dimension",
        [.. study.Request.InverseDensities.Select(inverse => inverse.ToString("0.##", CultureInfo.InvariantCulture))],
        [
            .. study.Sweeps.Select(sweep => (Name(sweep),
                (IReadOnlyList<double>)[.. sweep.Points.Select(point => point.Measures.FeaturesPerDimension)])),
        ]);

    static Html Scatter(SparsitySweep sweep) => Html.Of($"""
        <h3>{Name(sweep)}</h3>
        {Figure.Of(Name(sweep), ToyFigures.Dimensionalities(sweep).Markup, Html.Of($"""
            A dot is a feature whose norm is at least {FeatureGroup.LeastNorm}. The lines are where the vertices of regular
            shapes lie: a digon's two features have half a dimension each, a pentagon's five share two.
            """))}
        """);

    static string Name(SparsitySweep sweep) =>
        sweep.Decay == 1 ? "equal importance" : string.Create(CultureInfo.InvariantCulture, $"importance {sweep.Decay}^i");
}
