using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>An estimate as a dot on its interval, over the range that passes.</summary>
static class IntervalFigure
{
    const double Width = 260, Left = 16, Right = 244;

    /// <summary>Draws one estimate.</summary>
    /// <param name="label">What was measured.</param>
    /// <param name="estimate">The number and its interval.</param>
    /// <param name="from">Where the passing range starts, or null where it is open.</param>
    /// <param name="to">Where the passing range ends, or null where it is open.</param>
    public static Html Draw(string label, Estimate estimate, double? from, double? to)
    {
        double[] held = [0, estimate.Low, estimate.High, estimate.Value, .. Ends(from, to)];
        Axis x = Axis.Over(held, Left, Right);
        double start = from is { } low ? x.At(low) : Left, end = to is { } high ? x.At(high) : Right;
        double dot = x.At(estimate.Value), first = x.At(estimate.Low), last = x.At(estimate.High);
        return Html.Of($"""
            <div class="interval">
            <div class="interval-text"><span>{label}</span>
            <span class="nowrap"><b>{Words.Number(estimate.Value)}</b> {Figure.Ends(estimate)}</span></div>
            <svg viewBox="0 0 {Width} 36" width="{Width}" height="36" role="img" aria-label="{label}: {estimate}">
            <rect class="pass" x="{start}" y="4" width="{Math.Max(0, end - start)}" height="14"/>
            <line class="rule" x1="{Left}" x2="{Right}" y1="18" y2="18"/>
            {x.Ticks(4).Select(tick => Tick(x.At(tick), tick))}
            <line class="ci" x1="{first}" x2="{last}" y1="11" y2="11"/>
            <path class="ci" d="M{first} 7V15M{last} 7V15"/>
            <circle class="dot" cx="{dot}" cy="11" r="4"/>
            </svg></div>
            """);
    }

    static IEnumerable<double> Ends(double? from, double? to)
    {
        if (from is { } low)
            yield return low;
        if (to is { } high)
            yield return high;
    }

    static Html Tick(double x, double value) => Html.Of($"""
        <line class="rule" x1="{x}" x2="{x}" y1="18" y2="21"/>
        <text class="tick" x="{x}" y="32">{Axis.Label(value)}</text>
        """);
}
