using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>
/// How the components of a circuit are drawn: heads as boxes with their inputs, MLPs as pills, ends as bars.
/// </summary>
static class NodeMarks
{
    const double Half = CircuitLayout.NodeHeight / 2;

    /// <summary>A component in the circuit.</summary>
    public static Html Draw(CircuitLayout layout, DossierCircuit circuit, DossierNode node)
    {
        double strongest = circuit.Nodes.Select(other => Math.Abs(other.Score)).Max();
        double strength = strongest > 0 ? 0.12 + 0.5 * Math.Abs(node.Score) / strongest : 0;
        Place place = layout[node.Id];
        bool head = node.Kind == NodeKind.Head;
        string about = About(circuit, node);
        return Html.Of($"""
            <g class="node" tabindex="0" role="img" aria-label="{about}" data-node="{node.Id}"><title>{about}</title>
            <rect class="ground" {Box(layout, node.Id)}/>
            <rect class="tint {(node.Score < 0 ? "neg" : "pos")}" fill-opacity="{strength}" {Box(layout, node.Id)}/>
            <text x="{place.X}" y="{place.Y + (head ? 0 : 4)}">{node.Id}</text>
            {(head ? Inputs(circuit, node, place) : [])}</g>
            """);
    }

    /// <summary>A component that is not in the circuit.</summary>
    public static Html Idle(CircuitLayout layout, string id, Place place) => Html.Of($"""
        <g class="idle"><rect {Box(layout, id)}/><text x="{place.X}" y="{place.Y + 4}">{id}</text></g>
        """);

    static IEnumerable<Html> Inputs(DossierCircuit circuit, DossierNode node, Place place) =>
        circuit.Edges.Where(edge => edge.TargetNode() == node.Id).Select(edge => edge.TargetInput()).OfType<string>()
            .Distinct().Order(StringComparer.Ordinal)
            .Select(input => Html.Of($"""
                <text class="port" x="{place.X + CircuitLayout.InputOffset(input)}" y="{place.Y + 13}">{input}</text>
                """));

    static Html Box(CircuitLayout layout, string id)
    {
        Place place = layout[id];
        (double x, double width) = CircuitLayout.IsBar(id)
            ? layout.Bar
            : (place.X - CircuitLayout.NodeWidth / 2, CircuitLayout.NodeWidth);
        double round = id[0] == 'm' ? Half : 7;
        return Html.Of(
            $"""x="{x}" y="{place.Y - Half}" width="{width}" height="{CircuitLayout.NodeHeight}" rx="{round}" """);
    }

    static string About(DossierCircuit circuit, DossierNode node)
    {
        string kind = node.Kind switch
        {
            NodeKind.Head => $"attention head {node.Head} of layer {node.Layer}",
            NodeKind.Mlp => $"MLP of layer {node.Layer}",
            NodeKind.Input => "the input's embedding",
            _ => "the output",
        };
        int entering = circuit.Edges.Count(edge => edge.TargetNode() == node.Id);
        int leaving = circuit.Edges.Count(edge => edge.Source == node.Id);
        string role = node.Role is null ? "" : $"; {node.Role}";
        return $"{node.Id}: {kind}, attribution {Words.Number(node.Score)}, "
            + $"{Words.Count(entering, "edge")} in, {leaving} out{role}";
    }
}
