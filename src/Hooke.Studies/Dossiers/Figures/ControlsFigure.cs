using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The random controls as a histogram, with the circuit's own value marked.</summary>
static class ControlsFigure
{
    const double Width = 540, Height = 230, Left = 38, Right = 528, Top = 44, Bottom = 180;
    const int Bins = 40;

    /// <summary>Draws one set of controls.</summary>
    /// <param name="measure">What was measured, such as "faithfulness".</param>
    /// <param name="found">The circuit's own value.</param>
    /// <param name="controls">Each control's value.</param>
    /// <param name="caption">What the drawing shows.</param>
    public static Html Draw(string measure, Estimate found, IReadOnlyList<double> controls, string caption)
    {
        Axis x = Axis.Over([0, 1, found.Low, found.High, .. controls], Left, Right);
        int[] counts = Counted(controls, x);
        Axis y = new(0, Math.Max(1, counts.Max()), Bottom, Top);
        Html drawing = Html.Of($"""
            <svg class="fit" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img"
            aria-label="{measure}: the circuit {found}; {Range(controls)}">
            {y.Ticks(4).Where(double.IsInteger).Select(tick => YTick(y.At(tick), tick))}
            {counts.Select((count, bin) => Bar(bin, count, x, y))}
            <line class="rule" x1="{Left}" x2="{Right}" y1="{Bottom}" y2="{Bottom}"/>
            {x.Ticks(8).Select(tick => XTick(x.At(tick), tick))}
            {Found(x, found)}
            <text class="axis" x="{(Left + Right) / 2}" y="{Height - 8}">{measure}</text>
            </svg>
            """);
        return Figure.Of($"Random controls: {measure}", drawing, Html.Of($"{caption} {Range(controls)}."));
    }

    static string Range(IReadOnlyList<double> controls) => controls.Count == 0
        ? "No controls were run"
        : $"{Words.Count(controls.Count, "control")}, "
            + $"from {Words.Number(controls.Min())} to {Words.Number(controls.Max())}";

    static int[] Counted(IReadOnlyList<double> controls, Axis x)
    {
        int[] counts = new int[Bins];
        foreach (double control in controls)
            counts[Math.Clamp((int)((x.At(control) - Left) / (Right - Left) * Bins), 0, Bins - 1)]++;
        return counts;
    }

    static Html Bar(int bin, int count, Axis x, Axis y)
    {
        if (count == 0)
            return Html.Empty;
        double width = (Right - Left) / Bins, step = (x.To - x.From) / Bins, from = x.From + bin * step;
        return Html.Of($"""
            <rect class="bar" x="{Left + bin * width + 0.5}" y="{y.At(count)}"
            width="{width - 1}" height="{Bottom - y.At(count)}"><title>{Words.Count(count, "control")}
            from {Words.Number(from)} to {Words.Number(from + step)}</title></rect>
            """);
    }

    static Html YTick(double y, double tick) => Html.Of($"""
        <line class="grid" x1="{Left}" x2="{Right}" y1="{y}" y2="{y}"/>
        <text class="tick end" x="{Left - 8}" y="{y + 4}">{Axis.Label(tick)}</text>
        """);

    static Html XTick(double x, double tick) => Html.Of($"""
        <line class="rule" x1="{x}" x2="{x}" y1="{Bottom}" y2="{Bottom + 5}"/>
        <text class="tick" x="{x}" y="{Bottom + 19}">{Axis.Label(tick)}</text>
        """);

    static Html Found(Axis x, Estimate found)
    {
        double place = x.At(found.Value), low = x.At(found.Low), high = x.At(found.High);
        string anchor = place > (Left + Right) / 2 ? "end" : "start";
        return Html.Of($"""
            <rect class="pass" x="{low}" y="{Top - 14}" width="{Math.Max(1, high - low)}" height="{Bottom - Top + 14}"/>
            <line class="chosen" x1="{place}" x2="{place}" y1="{Top - 14}" y2="{Bottom}"/>
            <text class="mark {anchor}" x="{place}" y="{Top - 22}">the circuit: {found}</text>
            """);
    }
}
