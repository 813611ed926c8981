using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>How much of every target the graph explains, and how much it does not.</summary>
static class UnexplainedSection
{
    const int FirstRows = 4;
    const int MostRows = 100;

    static readonly string[] Parts = ["tokens", "latents", "errors", "biases", "remainders"];

    static readonly string[] Heads = ["tokens", "untraced latents", "errors", "biases", "rest"];

    public static Html Draw(GraphFile file, AttributionGraph graph)
    {
        GraphScores own = GraphScores.Of(graph);
        bool isWhole = file.Metadata["target_shares"] is JsonArray;
        return Html.Of($"""
            <section class="scores" aria-label="What is explained">
            <div><h2>How much is explained</h2><dl>
            <div><dt>Replacement score</dt><dd>{Score(file, "replacement_score", own.Replacement)}</dd></div>
            <div><dt>Graph completeness score</dt><dd>{Score(file, "completeness_score", own.Completeness)}</dd></div></dl>
            <p class="small">The first: of what goes from tokens to targets, the share that no error feeds. The second: of
            what nodes
            receive, the share that is not from
            errors.{(isWhole ? "" : " Where the file does not say them, they are of the pruned graph in it.")}</p>
            </div>
            <div><h2>What each target rests on</h2>
            {Table(file, own, isWhole)}
            </div></section>
            """);
    }

    static Html Table(GraphFile file, GraphScores own, bool isWhole)
    {
        List<(string Name, double? Value, double[] Shares)> rows = isWhole ? Said(file) : [.. own.Targets.Select(target =>
            (Name(file.Nodes[target.Node]), (double?)target.Value, InOrder(target.Shares)))];
        if (rows.Count == 0)
            return Html.Of($"<p class=\"none\">The graph has no targets.</p>");
        Html more = rows.Count <= FirstRows ? Html.Empty : Html.Of($"""
            <details><summary>{rows.Count - FirstRows} more</summary>{Rows(rows.Skip(FirstRows).Take(MostRows))}</details>
            """);
        return Html.Of($"""
            {Rows(rows.Take(FirstRows))}
            {more}
            <p class="small">Shares by absolute weight,
            {(isWhole ? "of the whole graph before it was pruned" : "of the graph in this file")}:
            what ends at a token is explained by latents on the way; errors, biases and the rest are not. A value is the sum
            of a target's
            inputs.</p>
            """);
    }

    static Html Rows(IEnumerable<(string Name, double? Value, double[] Shares)> rows) => Html.Of($"""
            <table class="shares"><thead><tr><th scope="col">target</th><th scope="col">walking from it to where it comes
            from</th>
            {Heads.Zip(Parts, (head, part) =>
                Html.Of($"<th scope=\"col\" class=\"num\">{TracePageSections.Key(part, head)}</th>"))}
            <th scope="col" class="num">value</th></tr></thead><tbody>
            {rows.Select(row => Row(row.Name, row.Value, row.Shares))}
            </tbody></table>
            """);

    static Html Row(string name, double? value, double[] shares) => Html.Of($"""
        <tr><th scope="row">{name}</th><td>{Bar(shares)}</td>
        {shares.Select(share => Html.Of($"<td class=\"num\">{Figure.Percent(share)}</td>"))}
        <td class="num">{(value is { } v ? v.ToString("0.000", CultureInfo.InvariantCulture) : "–")}</td></tr>
        """);

    static Html Bar(double[] shares)
    {
        double x = 0;
        List<Html> rects = [];
        for (int i = 0; i < shares.Length; i++)
        {
            double width = 300 * Math.Clamp(shares[i], 0, 1);
            rects.Add(Html.Of($"<rect class=\"part {Parts[i]}\" x=\"{x}\" y=\"0\" width=\"{width}\" height=\"12\"/>"));
            x += width;
        }
        return Html.Of($"<svg viewBox=\"0 0 300 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{rects}</svg>");
    }

    // The file's own words on the whole graph; what cannot be read of them is left out.
    static List<(string, double?, double[])> Said(GraphFile file)
    {
        Dictionary<string, string> names = [];
        foreach (GraphFileNode node in file.Nodes.Where(node => node.Kind == TraceNodeKind.Target))
            names.TryAdd(node.Id, Name(node));
        List<(string, double?, double[])> rows = [];
        foreach (JsonObject row in file.Metadata["target_shares"]!.AsArray().OfType<JsonObject>())
            if (row["node_id"] is JsonValue id && id.TryGetValue(out string? text) && names.TryGetValue(text, out string? name)
                && row["walked"] is JsonObject walked)
                rows.Add((name, Number(row["value"]), [.. Parts.Select(part => Number(walked[part]) ?? 0)]));
        return rows;
    }

    static double? Number(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number && (double)node is var number && double.IsFinite(number) ? number : null;

    static double[] InOrder(TraceParts parts) => [parts.Tokens, parts.Latents, parts.Errors, parts.Biases, parts.Remainders];

    static string Name(GraphFileNode node) => node.Label.Length > 0 ? node.Label : node.Id;

    static string Score(GraphFile file, string name, double own)
    {
        double value = Number(file.Metadata[name]) ?? own;
        return double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : "–";
    }
}
