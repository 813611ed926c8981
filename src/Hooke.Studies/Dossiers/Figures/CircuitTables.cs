using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The circuit's edges and components as tables: what the drawing shows, in numbers.</summary>
sealed class CircuitTables
{
    readonly DossierCircuit _circuit;
    readonly Dictionary<string, Estimate> _contributions = new(StringComparer.Ordinal);

    CircuitTables(Dossier dossier)
    {
        _circuit = dossier.Circuit;
        foreach (Contribution member in dossier.Claim.Evidence.Minimality?.Contributions ?? [])
            _contributions[member.Member] = member.Effect;
    }

    public static Html Draw(Dossier dossier)
    {
        CircuitTables tables = new(dossier);
        return Html.Of($"{tables.Edges} {tables.Components}");
    }

    Html Edges => Table(Words.Count(_circuit.Edges.Count, "edge"),
        Html.Of($"""
            <th scope="col">from</th><th scope="col">to</th><th scope="col" class="right">EAP-IG score</th>
            {ContributionHeading}
            """),
        _circuit.Edges.Select(edge => Html.Of($"""
            <tr data-edge="{edge.ToString()}"><td><code>{edge.Source}</code></td><td><code>{edge.Target}</code></td>
            <td class="right">{Words.Number(edge.Score)}</td>{ContributionOf(edge.ToString())}</tr>
            """)));

    Html Components => Table(Words.Count(_circuit.Nodes.Count, "component"),
        Html.Of($"""
            <th scope="col">component</th><th scope="col">kind</th><th scope="col" class="right">attribution</th>
            {ContributionHeading}<th scope="col">what it was seen to do</th>
            """),
        _circuit.Nodes.Select(node => Html.Of($"""
            <tr><td><code>{node.Id}</code></td><td>{Kind(node.Kind)}</td>
            <td class="right">{Words.Number(node.Score)}</td>{ContributionOf(node.Id)}<td>{node.Role ?? "not measured"}</td></tr>
            """)));

    static Html ContributionHeading => Html.Of($"""<th scope="col">contribution, 95 % interval</th>""");

    Html ContributionOf(string member) => _contributions.TryGetValue(member, out Estimate? effect)
        ? Html.Of($"<td>{Words.Number(effect.Value)} {Figure.Ends(effect)}</td>")
        : Html.Of($"<td>not measured</td>");

    static Html Table(string what, Html headings, IEnumerable<Html> rows) => Html.Of($"""
        <details><summary>The {what} as a table</summary>
        <div class="scroll" tabindex="0" role="region" aria-label="{what}"><table>
        <thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></div></details>
        """);

    static string Kind(NodeKind kind) => kind switch
    {
        NodeKind.Head => "attention head",
        NodeKind.Mlp => "MLP",
        NodeKind.Input => "input",
        _ => "logits",
    };
}
