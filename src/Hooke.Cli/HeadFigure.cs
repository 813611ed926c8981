using Hooke.Circuits;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary>Scores of heads as heatmaps, layers by heads.</summary>
static class HeadFigure
{
    /// <summary>An SVG file with a heatmap for each kind; colour is fullest at 1, of entropy at its largest.</summary>
    public static string Of(HeadTable table, string[] kinds) =>
        Drawing.File(table.How, [.. kinds.SelectMany(kind => Drawings(table, kind))]);

    static IEnumerable<Drawing> Drawings(HeadTable table, string kind)
    {
        (int layers, int heads) = table.Size;
        double[][] values = [.. Enumerable.Range(0, layers).Select(layer => Enumerable.Range(0, heads)
            .Select(head => table.Value(kind, new(ComponentKind.Head, layer, head))).ToArray())];
        Heatmap map = new(kind, "blocks.{}.attn.hook_pattern", HeadTable.Meaning(kind), "layer", $"head ({kind})",
            [.. Enumerable.Range(0, layers).Select(i => $"{i}")], [.. Enumerable.Range(0, heads).Select(i => $"{i}")], values);
        yield return HeatmapFigure.Drawing(map, kind == "entropy" ? values.Max(row => row.Max()) : 1);
    }
}
