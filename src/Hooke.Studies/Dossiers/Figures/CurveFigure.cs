using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Faithfulness against the number of edges, with the size that was chosen.</summary>
static class CurveFigure
{
    const double Width = 540, Height = 300, Left = 44, Right = 528, Top = 16, Bottom = 246;

    public static Html Draw(Dossier dossier)
    {
        CurvePoint[] points = [.. dossier.FaithfulnessCurve.OrderBy(point => point.Edges)];
        if (points.Length == 0)
            return Html.Of($"<p class=\"none\">No faithfulness curve was recorded.</p>");
        int chosen = dossier.Circuit.Edges.Count;
        double most = Axis.Log(Math.Max(points[^1].Edges, chosen)), least = Axis.Log(Math.Min(points[0].Edges, chosen));
        Axis x = new(least - 0.2, most + 0.2, Left, Right);
        IEnumerable<double> heights = points.Select(point => Math.Clamp(point.Faithfulness, -1, 2));
        Axis y = Axis.Over([0, Thresholds.FaithfulnessCap, .. heights], Bottom, Top);
        IEnumerable<Html> line = points.Select(p => Html.Of($"{x.At(Axis.Log(p.Edges))},{y.At(p.Faithfulness)}"));
        Html drawing = Html.Of($"""
            <svg class="fit" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img"
            aria-label="Faithfulness of circuits of {points[0].Edges} to {points[^1].Edges} edges; {chosen} were kept">
            {Band(y)}
            {y.Ticks(6).Select(tick => YTick(y.At(tick), tick))}
            {Counts(points[0].Edges, points[^1].Edges).Select(count => XTick(x.At(Axis.Log(count)), count))}
            {Chosen(x.At(Axis.Log(chosen)), chosen)}
            <polyline class="curve" points="{Html.Join(line, " ")}"/>
            {points.Select(point => Mark(x.At(Axis.Log(point.Edges)), y.At(point.Faithfulness), point, chosen))}
            <text class="axis" x="{(Left + Right) / 2}" y="{Height - 6}">edges in the circuit</text>
            </svg>
            """);
        return Figure.Of("Faithfulness curve", drawing, Html.Of($"""
            How much of the behaviour comes back when only the best edges are left on, on the prompts the circuit was
            found on. The band is the range that passes, {Words.Number(Thresholds.Faithfulness)} to
            {Words.Number(Thresholds.FaithfulnessCap)}; 1 is the whole model. Points beyond the frame lie on its edge.
            """));
    }

    static Html Band(Axis y) => Html.Of($"""
        <rect class="pass" x="{Left}" y="{y.At(Thresholds.FaithfulnessCap)}" width="{Right - Left}"
        height="{y.At(Thresholds.Faithfulness) - y.At(Thresholds.FaithfulnessCap)}"/>
        """);

    static Html YTick(double y, double tick) => Html.Of($"""
        <line class="grid" x1="{Left}" x2="{Right}" y1="{y}" y2="{y}"/>
        <text class="tick end" x="{Left - 8}" y="{y + 4}">{Axis.Label(tick)}</text>
        """);

    static Html XTick(double x, int count) => Html.Of($"""
        <line class="rule" x1="{x}" x2="{x}" y1="{Bottom}" y2="{Bottom + 5}"/>
        <text class="tick" x="{x}" y="{Bottom + 19}">{Axis.Label(count)}</text>
        """);

    static Html Chosen(double x, int chosen)
    {
        bool left = x > Right - 110;
        string anchor = left ? "end" : "start";
        return Html.Of($"""
            <line class="chosen" x1="{x}" x2="{x}" y1="{Top}" y2="{Bottom}"/>
            <text class="mark {anchor}" x="{x + (left ? -8 : 8)}" y="{Bottom - 10}">{Words.Count(chosen, "edge")}
            kept</text>
            """);
    }

    static Html Mark(double x, double y, CurvePoint point, int chosen)
    {
        bool kept = point.Edges == chosen;
        return Html.Of($"""
            <circle class="dot {(kept ? "kept" : "")}" cx="{x}" cy="{y}" r="{(kept ? 6 : 3.5)}">
            <title>{Words.Count(point.Edges, "edge")}: {Words.Number(point.Faithfulness)}</title></circle>
            """);
    }

    static IEnumerable<int> Counts(int from, int to)
    {
        for (long count = 1; count <= to; count *= 2)
            if (count >= from)
                yield return (int)count;
    }
}
