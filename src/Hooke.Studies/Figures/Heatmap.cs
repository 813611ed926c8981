namespace Hooke.Studies;

/// <summary>A matrix of effects to be drawn: layers by positions, or layers by heads.</summary>
/// <param name="Name">What was patched, such as "residual stream".</param>
/// <param name="Site">The site's text form.</param>
/// <param name="Caption">What a number means, in one sentence.</param>
/// <param name="RowAxis">What the rows are, such as "layer".</param>
/// <param name="ColumnAxis">What the columns are, such as "position".</param>
/// <param name="Rows">A label per row, first layer first.</param>
/// <param name="Columns">A label per column: tokens, or head numbers.</param>
/// <param name="Values">[row][column]; 1 restores the whole difference between counterfactual and clean.</param>
public sealed record Heatmap(
    string Name, string Site, string Caption, string RowAxis, string ColumnAxis,
    IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<double>> Values);
