using System.Globalization;

namespace Hooke.Studies;

/// <summary>Drawings of what toy models of superposition learned.</summary>
public static class ToyFigures
{
    const double Panel = 190, Row = 26, Cell = 22;

    /// <summary>The columns of W of models with two dimensions, a panel for each: a direction for every feature.</summary>
    public static Drawing Plane(IReadOnlyList<MeasuredToy> toys)
    {
        const int Columns = 3;
        double width = Columns * Panel, height = (toys.Count + Columns - 1) / Columns * (Panel + Row);
        return new(width, height, Html.Of($"""
            <svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
            aria-label="The directions of the features of {toys.Count} models in the plane">
            {toys.Select((toy, i) => PlanePanel(toy, i % Columns * Panel, i / Columns * (Panel + Row)))}
            </svg>
            """));
    }

    /// <summary>Dᵢ of every represented feature over 1/(1 − S), with lines where shapes would put it.</summary>
    public static Drawing Dimensionalities(SparsitySweep sweep)
    {
        const double Left = 52, Top = 18, Bottom = 380, Height = 430, Right = 130;
        double step = Math.Max(36, 480.0 / Math.Max(1, sweep.Points.Count)), end = Left + (step * sweep.Points.Count);
        double width = end + Right;
        return new(width, Height, Html.Of($"""
            <svg viewBox="0 0 {width} {Height}" width="{width}" height="{Height}" role="img"
            aria-label="The dimensionality of each feature over sparsity">
            <line class="rule" x1="{Left}" x2="{end}" y1="{Bottom}" y2="{Bottom}"/>
            <text class="tick end" x="{Left - 8}" y="{Bottom + 4}">0</text>
            {StickyValues.All.Select(sticky => Level(sticky, At(sticky.Value), Left, end))}
            {sweep.Points.Select((point, i) => Column(point, Left + ((i + 0.5) * step), step))}
            <text class="tick start" x="4" y="12">D</text>
            <text class="axis" x="{(Left + end) / 2}" y="{Height - 6}">1/(1 − S)</text>
            </svg>
            """));

        double At(double dimensionality) => Bottom - (dimensionality * (Bottom - Top - 10));

        Html Column(MeasuredToy point, double x, double room)
        {
            int[] features = [.. point.Represented];
            return Html.Of($"""
                {features.Select((feature, k) => Html.Of($"""
                    <circle class="dot kept" fill-opacity="0.55" r="3.2"
                    cx="{x + (((k + 0.5) / features.Length) - 0.5) * room * 0.7}"
                    cy="{At(point.Measures.Dimensionalities[feature])}"/>
                    """))}
                <text class="tick" x="{x}" y="{Bottom + 18}">{Number(1 / (1 - point.Toy.Settings.Sparsity))}</text>
                """);
        }
    }

    /// <summary>The phase of every cell: as trained, or in theory.</summary>
    public static Drawing Phases(PhaseDiagram diagram, bool trained)
    {
        const double Left = 64, Top = 26;
        double right = Left + (diagram.Densities.Count * Cell), bottom = Top + (diagram.Importances.Count * Cell);
        (double width, double height) = (right + 12, bottom + 44);
        string name = trained ? "as trained" : "in theory";
        return new(width, height, Html.Of($"""
            <svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
            aria-label="Phases of two features in one dimension, {name}">
            <text class="mark end" x="{right}" y="16">{name}</text>
            {diagram.Cells.SelectMany((row, r) => row.Select((cell, c) => Square(
                trained ? cell.Trained : cell.Theory, Left + (c * Cell), bottom - ((r + 1) * Cell))))}
            {diagram.Importances.Select((importance, r) => r % 3 != 0 ? Html.Empty : Html.Of(
                $"""<text class="tick end" x="{Left - 6}" y="{bottom - (r * Cell) - 7}">{Number(importance)}</text>"""))}
            {diagram.Densities.Select((density, c) => c % 3 != 0 ? Html.Empty : Html.Of(
                $"""<text class="tick" x="{Left + ((c + 0.5) * Cell)}" y="{bottom + 16}">{Number(1 / density)}</text>"""))}
            <text class="axis" x="{(Left + right) / 2}" y="{height - 8}">1/(1 − S)</text>
            <text class="tick start" x="2" y="{Top - 8}">importance</text>
            </svg>
            """));
    }

    static Html PlanePanel(MeasuredToy measured, double left, double top)
    {
        const double Reach = 1.4; // the panel's half, in units of W
        ToyModel model = measured.Toy.Model;
        double centre = Panel / 2, unit = centre / Reach;
        IEnumerable<Html> features = Enumerable.Range(0, model.Features).Select(i =>
        {
            double x = left + centre + (unit * Math.Clamp(model.Weight.Data[i], -Reach, Reach));
            double y = top + centre - (unit * Math.Clamp(model.Weight.Data[model.Features + i], -Reach, Reach));
            return Html.Of($"""
                <line class="chosen" x1="{left + centre}" y1="{top + centre}" x2="{x}" y2="{y}"/>
                <circle class="dot" cx="{x}" cy="{y}" r="3.5"/><text class="start" x="{x + 6}" y="{y - 5}">{i}</text>
                """);
        });
        return Html.Of($"""
            <rect class="frame" x="{left + 2}" y="{top + 2}" width="{Panel - 4}" height="{Panel - 4}"/>
            <line class="grid" x1="{left + 2}" x2="{left + Panel - 2}" y1="{top + centre}" y2="{top + centre}"/>
            <line class="grid" x1="{left + centre}" x2="{left + centre}" y1="{top + 2}" y2="{top + Panel - 2}"/>
            {features}
            <text class="tick" x="{left + centre}" y="{top + Panel + 14}">1/(1 − S) = {Number(
                1 / (1 - measured.Toy.Settings.Sparsity))}</text>
            """);
    }

    // The pentagon's and the antiprism's lines lie so close that their labels are moved apart.
    static Html Level((double Value, string Shape) sticky, double y, double left, double right)
    {
        double label = y + (sticky.Value is > 0.39 and < 0.45 ? 0 : sticky.Value < 0.39 ? 11 : 4);
        return Html.Of($"""
            <line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>
            <text class="tick end" x="{left - 8}" y="{label}">{Number(sticky.Value)}</text>
            <text class="start" x="{right + 6}" y="{label}">{sticky.Shape}</text>
            """);
    }

    static Html Square(ToyPhase phase, double x, double y)
    {
        (string kind, string sign) = phase switch
        {
            ToyPhase.First => ("pos", "1"),
            ToyPhase.Second => ("neg", "2"),
            ToyPhase.Antipodal => ("dot kept", "±"),
            _ => ("other", "?"),
        };
        return Html.Of($"""
            <g><rect class="{kind}" x="{x}" y="{y}" width="{Cell}" height="{Cell}"/><rect class="frame" x="{x}" y="{y}"
            width="{Cell}" height="{Cell}"/><text class="cell on" x="{x + (Cell / 2)}" y="{y + 15}">{sign}</text></g>
            """);
    }

    static string Number(double number) => number.ToString(number < 10 ? "0.##" : "0", CultureInfo.InvariantCulture);
}
