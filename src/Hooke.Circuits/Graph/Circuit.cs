namespace Hooke.Circuits;

/// <summary>A set of edges claimed to carry a behaviour.</summary>
public sealed class Circuit
{
    readonly bool[] _has;

    /// <summary>The circuit of the edges at these places of the graph's list.</summary>
    public Circuit(ComponentGraph graph, IEnumerable<int> edges)
    {
        (Graph, _has) = (graph, new bool[graph.Edges.Count]);
        foreach (int edge in edges)
            _has[edge] = true;
        Indices = [.. Enumerable.Range(0, _has.Length).Where(i => _has[i])];
    }

    /// <summary>The graph that the circuit is part of.</summary>
    public ComponentGraph Graph { get; }

    /// <summary>Places of the edges in the graph's list, in order.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Number of edges.</summary>
    public int Count => Indices.Count;

    /// <summary>The edges.</summary>
    public IEnumerable<Edge> Edges => Indices.Select(i => Graph.Edges[i]);

    /// <summary>Components with an edge, in the order of computation, the logits last.</summary>
    public IReadOnlyList<Node> Nodes => [.. Edges.SelectMany(e => new[] { e.Source, e.Target.Node }).Distinct()
        .OrderBy(n => n.Layer).ThenBy(n => n.Kind).ThenBy(n => n.Head)];

    /// <summary>Heads and MLPs with an edge.</summary>
    public IReadOnlyList<Node> Members => [.. Nodes.Where(n => n.Kind is ComponentKind.Head or ComponentKind.Mlp)];

    /// <summary>Whether the edge at a place of the graph's list is in it.</summary>
    public bool Contains(int edge) => _has[edge];

    /// <summary>The edges of the graph that are not in it.</summary>
    public Circuit Complement => new(Graph, Enumerable.Range(0, _has.Length).Where(i => !_has[i]));

    /// <summary>The circuit without the edges that these components have.</summary>
    public Circuit Without(params IReadOnlyCollection<Node> nodes) => new(Graph, Indices.Where(i =>
        !nodes.Contains(Graph.Edges[i].Source) && !nodes.Contains(Graph.Edges[i].Target.Node)));

    /// <summary>The circuit without one edge.</summary>
    public Circuit Without(int edge) => new(Graph, Indices.Where(i => i != edge));

    /// <summary>The circuit without what cannot matter: components that nothing reaches, or that reach nothing.</summary>
    public Circuit Pruned()
    {
        HashSet<int> kept = [.. Indices];
        for (int before = -1; before != kept.Count;)
        {
            before = kept.Count;
            HashSet<Node> written = [.. kept.Select(i => Graph.Edges[i].Target.Node)];
            HashSet<Node> read = [.. kept.Select(i => Graph.Edges[i].Source)];
            kept.RemoveWhere(i => !IsAlive(Graph.Edges[i], written, read));
        }
        return new(Graph, kept);
    }

    static bool IsAlive(Edge edge, HashSet<Node> written, HashSet<Node> read) =>
        (edge.Source.Kind == ComponentKind.Input || written.Contains(edge.Source))
        && (edge.Target.Node.Kind == ComponentKind.Logits || read.Contains(edge.Target.Node));
}
