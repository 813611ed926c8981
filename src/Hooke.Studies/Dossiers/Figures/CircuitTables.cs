using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The circuit's edges and components as tables: what the drawing shows, in numbers.</summary>
static class CircuitTables
{
    public static Html Draw(Dossier dossier)
    {
        Dictionary<string, Estimate> contributions = [];
        foreach (Contribution member in dossier.Claim.Evidence.Minimality?.Contributions ?? [])
            contributions[member.Member] = member.Effect;
        DossierCircuit circuit = dossier.Circuit;
        return Html.Of($"""
            <details><summary>The {Words.Count(circuit.Edges.Count, "edge")} as a table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Edges"><table class="edges">
            <thead><tr><th scope="col">from</th><th scope="col">to</th><th scope="col" class="right">EAP-IG score</th>
            <th scope="col" class="right">contribution</th><th scope="col">95 % interval</th></tr></thead>
            <tbody>{circuit.Edges.Select(edge => Edge(edge, contributions.GetValueOrDefault(edge.ToString())))}</tbody>
            </table></div></details>
            <details><summary>The {Words.Count(circuit.Nodes.Count, "component")} as a table</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Components"><table>
            <thead><tr><th scope="col">component</th><th scope="col">kind</th>
            <th scope="col" class="right">attribution</th><th scope="col">what it was seen to do</th></tr></thead>
            <tbody>{circuit.Nodes.Select(Node)}</tbody></table></div></details>
            """);
    }

    static Html Edge(DossierEdge edge, Estimate? contribution) => Html.Of($"""
        <tr data-edge="{edge.ToString()}"><td><code>{edge.Source}</code></td><td><code>{edge.Target}</code></td>
        <td class="right">{Words.Number(edge.Score)}</td>
        <td class="right">{(contribution is null ? "not measured" : Words.Number(contribution.Value))}</td>
        <td>{(contribution is null ? "" : Figure.Ends(contribution))}</td></tr>
        """);

    static Html Node(DossierNode node) => Html.Of($"""
        <tr><td><code>{node.Id}</code></td><td>{Kind(node.Kind)}</td><td class="right">{Words.Number(node.Score)}</td>
        <td>{node.Role ?? "not measured"}</td></tr>
        """);

    static string Kind(NodeKind kind) => kind switch
    {
        NodeKind.Head => "attention head",
        NodeKind.Mlp => "MLP",
        NodeKind.Input => "input",
        _ => "logits",
    };
}
