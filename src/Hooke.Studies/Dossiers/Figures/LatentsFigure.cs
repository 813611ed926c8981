using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The nodes of most influence of a graph: layers from bottom to top, positions from left to right.</summary>
static class LatentsFigure
{
    const double Left = 64;
    const double Gap = 15;
    const double RowHeight = 46;
    const double TargetWidth = 112;

    public static Html Draw(DossierLatents latents)
    {
        int top = latents.Nodes.Max(node => node.Layer);
        int[] positions = [.. latents.Nodes.Where(node => node.Kind != "target")
            .Select(node => node.Position).Distinct().Order()];
        Dictionary<int, (double X, double Width)> columns = Columns(latents, positions, out double width);
        (double X, double Y)[] places = new (double, double)[latents.Nodes.Count];
        double height = (top + 2) * RowHeight + 16;
        double row(int layer) => height - 8 - (layer + 1.5) * RowHeight;
        foreach (var cell in latents.Nodes.Index().Where(at => at.Item.Kind != "target")
            .GroupBy(at => (at.Item.Layer, at.Item.Position)))
        {
            int count = cell.Count(), k = 0;
            (double x, double wide) = columns[cell.Key.Position];
            foreach ((int i, _) in cell)
                places[i] = (x + (wide / 2) + ((k++ - ((count - 1) / 2.0)) * Gap), row(cell.Key.Layer));
        }
        int t = 0;
        foreach ((int i, DossierLatentNode node) in latents.Nodes.Index().Where(at => at.Item.Kind == "target"))
            places[i] = (width - 6 - (TargetWidth / 2) - (t++ * (TargetWidth + 8)), row(node.Layer));
        double most = latents.Links.Select(link => Math.Abs(link.Weight)).DefaultIfEmpty(1).Max();
        return Html.Of($"""
            <svg class="circuit latents" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group"
            aria-label="Attribution graph of {Words.Count(latents.Nodes.Count, "node")} and
            {Words.Count(latents.Links.Count, "link")}">
            {Enumerable.Range(-1, top + 2).Select(layer => Band(layer, top, row(layer), width))}
            {latents.Links.Reverse().Select(link => Link(latents, link, places, most))}
            {latents.Nodes.Select((node, i) => Mark(node, places[i]))}
            </svg>
            """);
    }

    // As wide as its fullest cell and its token.
    static Dictionary<int, (double X, double Width)> Columns(DossierLatents latents, int[] positions, out double width)
    {
        Dictionary<int, (double, double)> columns = [];
        double x = Left;
        foreach (int position in positions)
        {
            int most = latents.Nodes.Where(n => n.Position == position && n.Kind != "target")
                .GroupBy(n => n.Layer).Max(cell => cell.Count());
            string token = latents.Nodes.FirstOrDefault(n => n.Kind == "token" && n.Position == position)?.Label ?? "";
            double wide = Math.Max(most * Gap, 7.4 * TokenText(token).Length) + 16;
            columns[position] = (x, wide);
            x += wide;
        }
        int targets = latents.Nodes.Count(node => node.Kind == "target");
        width = Math.Max(x + 12, Left + (targets * (TargetWidth + 8)));
        return columns;
    }

    static Html Band(int layer, int top, double middle, double width) => Html.Of($"""
        <rect class="band {(layer % 2 == 0 ? "even" : "odd")}" x="0" y="{middle - RowHeight / 2 + 1}" width="{width}"
        height="{RowHeight - 2}" rx="6"/><text class="layer" x="10"
        y="{middle + 4}">{(layer < 0 ? "tokens" : layer == top ? "logits"
            : $"layer {layer}")}</text>
        """);

    static Html Link(DossierLatents latents, DossierLatentLink link, (double X, double Y)[] places, double most)
    {
        (double x0, double y0) = places[link.Source];
        (double x1, double y1) = places[link.Target];
        double bend = Math.Max(16, Math.Abs(y0 - y1) * 0.45);
        string said = $"{latents.Nodes[link.Source].Label} to {latents.Nodes[link.Target].Label}: {Words.Number(link.Weight)}";
        return Html.Of($"""
            <path class="edge {(link.Weight < 0 ? "neg" : "pos")}" stroke-width="{0.6 + (4 * Math.Abs(link.Weight) / most)}"
            data-s="{latents.Nodes[link.Source].Id}" data-t="{latents.Nodes[link.Target].Id}"
            d="M{x0} {y0 - 6}C{x0} {y0 - 6 - bend} {x1} {y1 + 8 + bend} {x1} {y1 + 8}"><title>{said}</title></path>
            """);
    }

    static Html Mark(DossierLatentNode node, (double X, double Y) at)
    {
        string influence = node.Influence is { } share ? $", within the first {Figure.Percent(share)} of influence" : "";
        string about = $"{node.Kind} at position {node.Position}"
            + $"{(node.Layer >= 0 && node.Kind != "target" ? $" of layer {node.Layer}" : "")}: "
            + $"{(node.Label.Length > 0 ? node.Label : node.Id)}{influence}";
        Html shape = node.Kind switch
        {
            "latent" => Html.Of($"<circle class=\"dot\" cx=\"{at.X}\" cy=\"{at.Y}\" r=\"5.5\"/>"),
            "error" => Html.Of($"<path class=\"unexplained\" d=\"M{at.X} {at.Y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5Z\"/>"),
            "token" => Html.Of($"<text x=\"{at.X}\" y=\"{at.Y + 4}\">{TokenText(node.Label)}</text>"),
            _ => Html.Of($"""
                <rect class="ground" x="{at.X - (TargetWidth / 2)}" y="{at.Y - 13}" width="{TargetWidth}" height="26" rx="6"/>
                <text x="{at.X}" y="{at.Y + 4}">{TargetText(node.Label)}</text>
                """),
        };
        return Html.Of($"""
            <g class="node" tabindex="0" role="img" aria-label="{about}" data-node="{node.Id}"><title>{about}</title>{shape}</g>
            """);
    }

    // 'Emb: "word"' and 'Output "word" (p=0.9)' are what the viewers say; a drawing needs the word.
    static string TokenText(string label) =>
        label.StartsWith("Emb: \"", StringComparison.Ordinal) && label.EndsWith('"') ? label[6..^1].Trim() : label;

    static string TargetText(string label) =>
        label.StartsWith("Output \"", StringComparison.Ordinal)
            ? label[8..].Replace("\" (p=", " ", StringComparison.Ordinal).TrimEnd(')').Trim()
        : label;
}
