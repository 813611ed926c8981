using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The sections that are mostly drawings: circuit, patching, curve and controls.</summary>
static class FigureSections
{
    public static Html Circuit(Dossier dossier) => Html.Of($"""
        <section id="circuit"><h2>The circuit</h2>
        <p>{Words.Count(dossier.Circuit.Edges.Count, "edge")} of {Words.Count(dossier.Circuit.AllEdges, "edge")}.
        Graph: {dossier.Claim.Coverage.Graph}. Found by: {dossier.Claim.Coverage.Method}.</p>
        {CircuitFigure.Draw(dossier)}
        </section>
        """);

    public static Html Patching(Dossier dossier)
    {
        IEnumerable<IGrouping<string, Heatmap>> groups = dossier.Heatmaps.GroupBy(map => map.ColumnAxis);
        return Html.Of($"""
            <section id="patching"><h2>Where it happens</h2>
            <p>One place of the model at a time was given the activation it has in the other run. Where that moves the
            answer, the difference between the two prompts passes through. Blank cells move it by less than 0.05.</p>
            {(dossier.Heatmaps.Count == 0 ? [None("No patching sweep was recorded.")] : groups.Select(Maps))}
            </section>
            """);
    }

    public static Html Curve(Dossier dossier) => Html.Of($"""
        <section id="curve"><h2>How many edges it takes</h2>
        {CurveFigure.Draw(dossier)}
        </section>
        """);

    public static Html Controls(Dossier dossier)
    {
        Findings found = dossier.Claim.Evidence;
        Html[] drawings =
        [
            found.Sufficiency is null && found.Necessity is null ? None("No control was run.") : Html.Empty,
            found.Sufficiency is { } enough
                ? ControlsFigure.Draw("faithfulness", enough.Faithfulness, enough.Controls,
                    "The same test of random circuits with as many edges: a bar counts those that give back so much.")
                : Html.Empty,
            found.Necessity is { } needed
                ? ControlsFigure.Draw("behaviour lost", needed.Drop, needed.Controls,
                    "The same cut of as many random edges: a bar counts the cuts that cost so much.")
                : Html.Empty,
        ];
        return Html.Of($"""
            <section id="controls"><h2>Against chance</h2>
            {drawings}
            </section>
            """);
    }

    static Html None(string sentence) => Html.Of($"<p class=\"none\">{sentence}</p>");

    static Html Maps(IGrouping<string, Heatmap> maps)
    {
        IEnumerable<double> all = maps.SelectMany(map => map.Values).SelectMany(row => row);
        double scale = all.Select(Math.Abs).DefaultIfEmpty(1).Max();
        return Html.Of($"""
            <div class="maps"><p class="small">Colour by effect, the same in each drawing by {maps.Key}:
            {HeatmapFigure.Legend(scale)}</p>
            {maps.Select(map => HeatmapFigure.Draw(map, scale))}</div>
            """);
    }
}
