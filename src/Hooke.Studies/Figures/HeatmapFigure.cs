using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>A matrix of effects in colours that diverge from zero, last layer on top.</summary>
public static class HeatmapFigure
{
    const double Cell = 34, CellHeight = 28, Left = 66, Letter = 7.2;

    /// <summary>A matrix with its caption and its numbers.</summary>
    /// <param name="map">The matrix.</param>
    /// <param name="scale">The size at which colour is fullest.</param>
    public static Html Draw(Heatmap map, double scale)
    {
        if (map.Rows.Count == 0 || map.Columns.Count == 0)
            return Html.Of($"<p class=\"none\">The heatmap “{map.Name}” is empty.</p>");
        return Html.Of($"""
            <div class="map"><h3>{map.Name} <code>{map.Site}</code></h3>
            {Figure.Of(map.Name, Drawing(map, scale).Markup, Html.Of($"{map.Caption} Strongest: {Strongest(map)}."))}
            {Table(map)}</div>
            """);
    }

    /// <summary>The drawing alone.</summary>
    public static Drawing Drawing(Heatmap map, double scale)
    {
        bool slanted = map.Columns.Any(label => label.Length > 4);
        double labels = slanted ? 20 + Letter * 0.72 * Math.Min(18, map.Columns.Max(label => label.Length)) : 24;
        double bottom = map.Rows.Count * CellHeight + 8;
        double width = Math.Max(Left + map.Columns.Count * Cell + (slanted ? 44 : 12), 300);
        double height = bottom + labels + 22;
        return new(width, height, Html.Of($"""
            <svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
            aria-label="{map.Name}: {Strongest(map)}">
            {map.Values.Select((row, i) => Row(map, row, i, scale))}
            {map.Columns.Select((label, column) => ColumnLabel(label, column, bottom, slanted))}
            <text class="axis" x="{Left + map.Columns.Count * Cell / 2}" y="{height - 4}">{map.ColumnAxis}</text>
            </svg>
            """));
    }

    /// <summary>What the colours of heatmaps with this scale mean.</summary>
    public static Html Legend(double scale)
    {
        return Html.Of($"""
            <svg class="legend" viewBox="0 0 340 34" width="340" height="34" role="img"
            aria-label="Colours from minus {Words.Number(scale)} through zero to {Words.Number(scale)}">
            {Enumerable.Range(-8, 17).Select(Step)}
            <rect class="frame" x="34" y="2" width="272" height="12"/>
            <text class="tick" x="34" y="29">{Words.Number(-scale)}</text><text class="tick" x="170" y="29">0</text>
            <text class="tick" x="306" y="29">{Words.Number(scale)}</text>
            </svg>
            """);
    }

    static Html Step(int step) => Html.Of($"""
        <rect class="{Sign(step)}" fill-opacity="{Math.Abs(step) / 8.0}"
        x="{162 + step * 16}" y="2" width="16" height="12"/>
        """);

    static Html Row(Heatmap map, IReadOnlyList<double> row, int index, double scale)
    {
        double y = 4 + (map.Rows.Count - 1 - index) * CellHeight;
        return Html.Of($"""
            <text class="tick end" x="{Left - 8}" y="{y + 18}">{map.RowAxis} {map.Rows[index]}</text>
            {row.Select((value, column) => Square(map, value, index, column, y, scale))}
            """);
    }

    static Html Square(Heatmap map, double value, int row, int column, double y, double scale)
    {
        double strength = scale > 0 ? Math.Min(1, Math.Abs(value) / scale) : 0, x = Left + column * Cell;
        string number = Short(value);
        Html text = number.Length == 0 ? Html.Empty : Html.Of(
            $"""<text class="cell {(strength > 0.55 ? "on" : "")}" x="{x + Cell / 2}" y="{y + 18}">{number}</text>""");
        return Html.Of($"""
            <g><rect class="{Sign(value)}" fill-opacity="{strength}"
            x="{x}" y="{y}" width="{Cell}" height="{CellHeight}"/>
            <rect class="frame" x="{x}" y="{y}" width="{Cell}" height="{CellHeight}"/>{text}<title>{map.RowAxis}
            {map.Rows[row]}, {map.ColumnAxis} {Column(map, column)}: {Words.Number(value)}</title></g>
            """);
    }

    static Html ColumnLabel(string label, int column, double bottom, bool slanted)
    {
        double x = Left + column * Cell + Cell / 2;
        string shown = label.Length > 18 ? label[..17] + "…" : label;
        return slanted
            ? Html.Of($"""
                <text class="token start" transform="translate({x - 6} {bottom + 10}) rotate(40)">{shown}</text>
                """)
            : Html.Of($"""<text class="token" x="{x}" y="{bottom + 14}">{shown}</text>""");
    }

    static Html Table(Heatmap map) => Html.Of($"""
        <details><summary>The numbers of “{map.Name}”</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="Numbers of {map.Name}"><table class="numbers">
        <thead><tr><th scope="col">{map.RowAxis}</th>{map.Columns.Select(ColumnHeading)}</tr></thead>
        <tbody>{map.Values.Select((row, i) => NumberRow(map.Rows[i], row)).Reverse()}</tbody>
        </table></div></details>
        """);

    static Html ColumnHeading(string label) => Html.Of($"<th scope=\"col\"><bdi>{label}</bdi></th>");

    static Html NumberRow(string label, IReadOnlyList<double> row) => Html.Of($"""
        <tr><th scope="row">{label}</th>{row.Select(value => Html.Of($"<td>{Words.Number(value)}</td>"))}</tr>
        """);

    static string Strongest(Heatmap map)
    {
        (double value, int row, int column) = map.Values
            .SelectMany((values, i) => values.Select((v, j) => (Value: v, Row: i, Column: j)))
            .MaxBy(cell => Math.Abs(cell.Value));
        return $"{Words.Number(value)} at {map.RowAxis} {map.Rows[row]}, {map.ColumnAxis} {Column(map, column)}";
    }

    // Heads are called by their numbers, positions by number and token: a token may stand more than once.
    static string Column(Heatmap map, int column) =>
        map.Columns[column] == $"{column}" ? $"{column}" : $"{column} “{map.Columns[column]}”";

    // Two digits fit a cell; what rounds to zero is left blank, so that the picture stays quiet.
    static string Short(double value)
    {
        if (Math.Abs(value) < 0.05)
            return "";
        string text = Words.Number(Math.Round(value, 2));
        return text.Replace("0.", ".", StringComparison.Ordinal);
    }

    static string Sign(double value) => value < 0 ? "neg" : "pos";
}
