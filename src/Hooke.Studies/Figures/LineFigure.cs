using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Lines over steps, each named at its end; told apart by colour and by dashes.</summary>
public static class LineFigure
{
    const double Height = 300, Left = 56, Top = 24, Bottom = 246, Letter = 7.4, RowHeight = 17;
    const int Kinds = 5;

    /// <summary>The lines with their caption.</summary>
    public static Html Draw(LineChart chart) => Html.Of($"""
        <div class="map"><h3>{chart.Name}</h3>
        {Figure.Of(chart.Name, Drawing(chart).Markup, Html.Of($"{chart.Caption}"))}</div>
        """);

    /// <summary>The drawing alone.</summary>
    public static Drawing Drawing(LineChart chart)
    {
        double step = Math.Clamp(460.0 / Math.Max(1, chart.Steps.Count - 1), 18, 60);
        double right = Left + (step * Math.Max(1, chart.Steps.Count - 1));
        double width = right + 18 + (Letter * chart.Lines.Select(line => line.Name.Length).Append(4).Max());
        Axis y = Axis.Over(
            chart.Lines.SelectMany(line => line.Values).Where(double.IsFinite).DefaultIfEmpty(0), Bottom, Top);
        return new(width, Height, Html.Of($"""
            <svg viewBox="0 0 {width} {Height}" width="{width}" height="{Height}" role="img"
            aria-label="{chart.Name}: {Words.Count(chart.Lines.Count, "line")} over {Words.Count(chart.Steps.Count, "step")}">
            {y.Ticks(6).Select(tick => YTick(y.At(tick), tick, right))}
            {chart.Steps.Select((label, i) => XTick(Left + (i * step), label, i, chart.Steps.Count))}
            {chart.Lines.Select((line, i) => Line(line.Values, i, step, y))}
            {Names(chart, y).Select(name => Html.Of(
                $"""<text class="start line-name-{name.Line % Kinds}" x="{right + 8}" y="{name.Y}">{name.Text}</text>"""))}
            <text class="tick start" x="4" y="13">{chart.YAxis}</text>
            <text class="axis" x="{(Left + right) / 2}" y="{Height - 6}">{chart.XAxis}</text>
            </svg>
            """));
    }

    static Html YTick(double y, double tick, double right) => Html.Of($"""
        <line class="grid" x1="{Left}" x2="{right}" y1="{y}" y2="{y}"/>
        <text class="tick end" x="{Left - 8}" y="{y + 4}">{Axis.Label(tick)}</text>
        """);

    // Where steps stand close, only some are labelled.
    static Html XTick(double x, string label, int index, int count) => index % ((count + 15) / 16) != 0
        ? Html.Empty
        : Html.Of($"""
        <line class="rule" x1="{x}" x2="{x}" y1="{Bottom}" y2="{Bottom + 5}"/>
        <text class="tick" x="{x}" y="{Bottom + 19}">{(label.Length > 9 ? label[..8] + "…" : label)}</text>
        """);

    static Html Line(IReadOnlyList<double> values, int index, double step, Axis y)
    {
        IEnumerable<Html> points = values.Select((value, i) => (value, i)).Where(p => double.IsFinite(p.value))
            .Select(p => Html.Of($"{Left + (p.i * step)},{y.At(p.value)}"));
        return Html.Of($"""<polyline class="line line-{index % Kinds}" points="{Html.Join(points, " ")}"/>""");
    }

    // Names stand at the height where their lines end, pushed apart where lines end close together.
    static IEnumerable<(string Text, int Line, double Y)> Names(LineChart chart, Axis y)
    {
        double last = double.NegativeInfinity;
        foreach ((string name, int line, double at) in chart.Lines
            .Select((line, i) => (line.Name, i, y.At(line.Values.LastOrDefault(double.IsFinite, 0)) + 4)).OrderBy(n => n.Item3))
        {
            last = Math.Max(at, last + RowHeight);
            yield return (name, line, last);
        }
    }
}
