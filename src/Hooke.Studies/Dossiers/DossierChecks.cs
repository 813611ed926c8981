using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What must hold in a dossier beyond the types of its members.</summary>
static class DossierChecks
{
    /// <summary>Refuses a dossier that contradicts itself.</summary>
    /// <exception cref="InputException">A part does not fit another.</exception>
    public static void Check(Dossier dossier, string path)
    {
        string? fault = Identities(dossier.Identities) ?? Graph(dossier.Circuit)
            ?? Matrices(dossier.Heatmaps) ?? Latents(dossier.Latents);
        if (fault is not null)
            throw new InputException($"{path} cannot be used: {fault}.");
    }

    static string? Identities(DossierIdentities identities)
    {
        (string Name, string Value)[] all =
        [
            ("weights", identities.Weights), ("config", identities.Config),
            ("tokenizer", identities.Tokenizer), ("prompts", identities.Prompts),
        ];
        foreach ((string name, string value) in all)
            if (value.Length != 64 || value.Any(c => !char.IsAsciiHexDigitLower(c) && !char.IsAsciiDigit(c)))
                return $"the identity of {name} is \"{value}\", which is not the 64 lower-case digits of a SHA-256";
        return null;
    }

    static string? Graph(DossierCircuit circuit)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (DossierNode node in circuit.Nodes)
        {
            if (!ids.Add(node.Id))
                return $"the node {node.Id} stands twice in the circuit";
            if (node.Id != ExpectedId(node))
                return $"the {node.Kind} node \"{node.Id}\" should be \"{ExpectedId(node)}\"";
            if (node.Layer < 0 || node.Layer >= circuit.Layers || node.Head < 0 || node.Head >= circuit.Heads)
                return $"the node {node.Id} is outside the model's {circuit.Layers} layers of {circuit.Heads} heads";
        }
        foreach (DossierEdge edge in circuit.Edges)
            if (!ids.Contains(edge.Source) || !ids.Contains(edge.TargetNode()))
                return $"the edge {edge.Source}->{edge.Target} has an end that is no node of the circuit";
        return circuit.Edges.Count > circuit.AllEdges
            ? $"the circuit has {circuit.Edges.Count} edges of {circuit.AllEdges}"
            : null;
    }

    static string ExpectedId(DossierNode node) => node.Kind switch
    {
        NodeKind.Head => $"a{node.Layer}.h{node.Head}",
        NodeKind.Mlp => $"m{node.Layer}",
        NodeKind.Input => "input",
        _ => "logits",
    };

    static string? Latents(DossierLatents? latents)
    {
        if (latents is null)
            return null;
        if (latents.Nodes.Count == 0 || latents.Nodes.Any(node => node.Layer is < -1 or > 1000))
            return "the latent-level circuit has no nodes, or one at a layer that cannot be";
        return latents.Links.Any(link =>
            (uint)link.Source >= (uint)latents.Nodes.Count || (uint)link.Target >= (uint)latents.Nodes.Count)
            ? "a link of the latent-level circuit has an end that is none of its nodes"
            : null;
    }

    static string? Matrices(IReadOnlyList<Heatmap> heatmaps)
    {
        foreach (Heatmap map in heatmaps)
            if (map.Values.Count != map.Rows.Count || map.Values.Any(row => row.Count != map.Columns.Count))
                return $"the map \"{map.Name}\" has {map.Rows.Count} x {map.Columns.Count} labels and other numbers";
        return null;
    }
}
