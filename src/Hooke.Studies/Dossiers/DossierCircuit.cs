using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>The circuit as a graph of components.</summary>
/// <param name="Layers">How many layers the model has.</param>
/// <param name="Heads">How many heads a layer has.</param>
/// <param name="AllEdges">How many edges the whole model's graph has.</param>
/// <param name="Nodes">The components in the circuit, in the order of computation.</param>
/// <param name="Edges">The edges in the circuit, largest score first.</param>
public sealed record DossierCircuit(
    int Layers, int Heads, int AllEdges, IReadOnlyList<DossierNode> Nodes, IReadOnlyList<DossierEdge> Edges);

/// <summary>What a node of a circuit is.</summary>
public enum NodeKind
{
    /// <summary>The embedding, with positions where the model adds them.</summary>
    Input,

    /// <summary>An attention head.</summary>
    Head,

    /// <summary>An MLP.</summary>
    Mlp,

    /// <summary>The logits.</summary>
    Logits,
}

/// <summary>A component in the circuit.</summary>
/// <param name="Id">"input", "a2.h3", "m1" or "logits".</param>
/// <param name="Kind">What it is.</param>
/// <param name="Layer">Its layer, or null for input and logits.</param>
/// <param name="Head">Its head, for a head.</param>
/// <param name="Score">Its attribution.</param>
/// <param name="Role">What it does, where that was measured, such as "attends to the token after the last copy"; else
/// null.</param>
public sealed record DossierNode(
    string Id, NodeKind Kind, int? Layer, int? Head, double Score, string? Role = null);

/// <summary>An edge in the circuit.</summary>
/// <param name="Source">The node it leaves.</param>
/// <param name="Target">The node it enters, for a head with the input it enters by: "a2.h3&lt;q>".</param>
/// <param name="Score">Its EAP-IG score: the estimated change of the metric when it is ablated, in the metric's
/// unit.</param>
public sealed record DossierEdge(string Source, string Target, double Score)
{
    /// <summary>"a1.h4->a2.h3&lt;q>": the name under which <see cref="Minimality"/> holds its contribution.</summary>
    public override string ToString() => $"{Source}->{Target}";

    /// <summary>The node it enters.</summary>
    public string TargetNode() => Target.Split('<')[0];

    /// <summary>The input of a head it enters by, "q", "k" or "v", or null.</summary>
    public string? TargetInput() => Target.EndsWith('>') ? Target.Split('<')[^1][..^1] : null;
}

/// <summary>The faithfulness of the best circuit with so many edges.</summary>
public sealed record CurvePoint(int Edges, double Faithfulness);
