using System.Globalization;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Dots with a bar for each interval, numbered in the drawing and named in the list beside it.</summary>
public static class ScatterFigure
{
    const double Left = 62, Right = 482, Top = 26, Bottom = 316, List = Right + 26, Letter = 7.2, RowHeight = 19;

    /// <summary>The drawing.</summary>
    public static Drawing Drawing(ScatterChart chart)
    {
        ScatterPoint[] shown = [.. chart.Points.Where(p => double.IsFinite(p.X.Value) && double.IsFinite(p.Y.Value))];
        Axis x = Axis.Over(Numbers(shown, p => p.X), Left, Right), y = Axis.Over(Numbers(shown, p => p.Y), Bottom, Top);
        double width = List + 30 + (Letter * chart.Points.Select(p => p.Name.Length).Append(4).Max());
        double height = Math.Max(Bottom + 48, Top + (RowHeight * (chart.Points.Count + 1)));
        return new(width, height, Html.Of($"""
            <svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
            aria-label="{chart.Name}: {Words.Count(chart.Points.Count, "dot")}">
            {y.Ticks(6).Select(tick => YTick(y.At(tick), tick))}
            {x.Ticks(7).Select(tick => XTick(x.At(tick), tick))}
            {shown.Select(point => Bars(point, x, y))}
            {shown.Select(point => Dot(point, x, y, IndexOf(chart, point)))}
            {chart.Points.Select((point, i) => Entry(point, i))}
            <text class="tick start" x="4" y="13">{chart.YAxis}</text>
            <text class="axis" x="{(Left + Right) / 2}" y="{Bottom + 40}">{chart.XAxis}</text>
            </svg>
            """));
    }

    static int IndexOf(ScatterChart chart, ScatterPoint point) => chart.Points.TakeWhile(other => other != point).Count();

    static IEnumerable<double> Numbers(ScatterPoint[] points, Func<ScatterPoint, Spread> axis) => points
        .SelectMany(point => new[] { axis(point).Value, axis(point).Low, axis(point).High }).Where(double.IsFinite)
        .DefaultIfEmpty(0);

    static Html YTick(double y, double tick) => Html.Of($"""
        <line class="grid" x1="{Left}" x2="{Right}" y1="{y}" y2="{y}"/>
        <text class="tick end" x="{Left - 8}" y="{y + 4}">{Axis.Label(tick)}</text>
        """);

    static Html XTick(double x, double tick) => Html.Of($"""
        <line class="rule" x1="{x}" x2="{x}" y1="{Bottom}" y2="{Bottom + 5}"/>
        <text class="tick" x="{x}" y="{Bottom + 19}">{Axis.Label(tick)}</text>
        """);

    static Html Bars(ScatterPoint point, Axis x, Axis y)
    {
        (double atX, double atY) = (x.At(point.X.Value), y.At(point.Y.Value));
        Html across = double.IsFinite(point.X.Low) && double.IsFinite(point.X.High)
            ? Html.Of($"""<path class="ci" d="M{x.At(point.X.Low)} {atY}H{x.At(point.X.High)}"/>""") : Html.Empty;
        Html up = double.IsFinite(point.Y.Low) && double.IsFinite(point.Y.High)
            ? Html.Of($"""<path class="ci" d="M{atX} {y.At(point.Y.Low)}V{y.At(point.Y.High)}"/>""") : Html.Empty;
        return Html.Join([across, up]);
    }

    static Html Dot(ScatterPoint point, Axis x, Axis y, int index) => Html.Of($"""
        <g><circle class="dot" cx="{x.At(point.X.Value)}" cy="{y.At(point.Y.Value)}" r="4.5"/>
        <text class="start" x="{x.At(point.X.Value) + 8}" y="{y.At(point.Y.Value) - 7}">{index + 1}</text>
        <title>{point.Name}: {Words.Number(point.X.Value)}, {Words.Number(point.Y.Value)}</title></g>
        """);

    // What has no place is said not to have one.
    static Html Entry(ScatterPoint point, int index)
    {
        bool isShown = double.IsFinite(point.X.Value) && double.IsFinite(point.Y.Value);
        string text = string.Create(CultureInfo.InvariantCulture, $"{index + 1}  {point.Name}{(isShown ? "" : " (no number)")}");
        return Html.Of($"""<text class="start" x="{List}" y="{Top + (RowHeight * (index + 1)) - 4}">{text}</text>""");
    }
}
