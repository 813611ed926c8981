using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>The nodes and edges of an attribution graph that carry most of the influence on its targets.</summary>
/// <remarks>
/// As circuit-tracer prunes: nodes until their influence adds up to the node threshold, tokens and targets always; edges
/// between them, renormalised, until their scores add up to the edge threshold; then, again and again, latents and errors
/// that lead nowhere and latents that nothing leads to go.
/// </remarks>
public sealed class PrunedGraph
{
    readonly bool[] _nodes, _edges;

    /// <summary>Prunes a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="nodeThreshold">The share of influence that the kept nodes have, 0 to 1.</param>
    /// <param name="edgeThreshold">The share of what kept nodes pass on that the kept edges have, 0 to 1.</param>
    /// <exception cref="InputException">A threshold is not in 0 to 1, or the graph has a cycle.</exception>
    public PrunedGraph(AttributionGraph graph, double nodeThreshold = 0.8, double edgeThreshold = 0.98)
    {
        Require(nodeThreshold, "node");
        Require(edgeThreshold, "edge");
        (Graph, NodeThreshold, EdgeThreshold) = (graph, nodeThreshold, edgeThreshold);
        int[] order = GraphOrder.TargetsFirst(graph);
        double[] influence = GraphInfluence.Of(graph, order, GraphInfluence.Members(graph));
        (Influence, CumulativeInfluence) = (influence, Cumulative(influence));
        _nodes = NodesAbove(graph, influence, nodeThreshold);
        _edges = EdgesAbove(graph, order, _nodes, edgeThreshold);
        while (DropsDeadEnds())
        {
        }
    }

    /// <summary>The graph as it was.</summary>
    public AttributionGraph Graph { get; }

    /// <summary>The share of influence that nodes were kept for.</summary>
    public double NodeThreshold { get; }

    /// <summary>The share of what kept nodes pass on that edges were kept for.</summary>
    public double EdgeThreshold { get; }

    /// <summary>Every node's influence in the whole graph.</summary>
    public IReadOnlyList<double> Influence { get; }

    /// <summary>The share of all influence that a node and those of more influence have: small for what matters.</summary>
    public IReadOnlyList<double> CumulativeInfluence { get; }

    /// <summary>How many nodes are kept, biases and remainders not counted.</summary>
    public int NodeCount => _nodes.Count(kept => kept);

    /// <summary>How many edges are kept.</summary>
    public int EdgeCount => _edges.Count(kept => kept);

    /// <summary>Whether a latent, error, token or target is kept; biases and remainders are not ranked.</summary>
    public bool HasNode(int node) => _nodes[node];

    /// <summary>Which of a node's incoming edges are kept, in the order of <see cref="AttributionGraph.SourcesOf"/>.</summary>
    public ReadOnlySpan<bool> EdgesOf(int target) =>
        _edges.AsSpan(Graph.FirstEdgeOf(target), Graph.SourcesOf(target).Length);

    /// <summary>
    /// The kept nodes and edges as a graph of their own, with all biases and remainders, and what was pruned of a row in one
    /// edge, so that rows still sum to what they did.
    /// </summary>
    public AttributionGraph ToGraph()
    {
        int[] kept = [.. Enumerable.Range(0, Graph.Nodes.Count).Where(node => _nodes[node] || IsConstant(node))];
        int[] place = new int[Graph.Nodes.Count];
        Array.Fill(place, -1);
        int firstTarget = Array.FindIndex(kept, node => Graph.Nodes[node].Kind == TraceNodeKind.Target);
        int pruned = firstTarget < 0 ? kept.Length : firstTarget; // remainders come before targets
        for (int i = 0; i < kept.Length; i++)
            place[kept[i]] = i < pruned ? i : i + 1;
        TraceNode rest = new() { Kind = TraceNodeKind.Remainder, Layer = -1, Position = -1, Name = "pruned" };
        List<TraceNode> nodes = [.. kept.Select(node => Graph.Nodes[node])];
        List<List<TraceEdge>> incoming = [.. kept.Select(node => Incoming(node, place, pruned))];
        nodes.Insert(pruned, rest);
        incoming.Insert(pruned, []);
        return new AttributionGraph(Graph.Tokens, nodes, incoming);
    }

    List<TraceEdge> Incoming(int target, int[] place, int pruned)
    {
        List<TraceEdge> edges = [];
        ReadOnlySpan<int> sources = Graph.SourcesOf(target);
        ReadOnlySpan<float> weights = Graph.WeightsOf(target);
        ReadOnlySpan<bool> kept = EdgesOf(target);
        double rest = 0;
        for (int i = 0; i < sources.Length; i++)
            if (kept[i] || IsConstant(sources[i]))
                edges.Add(new(place[sources[i]], weights[i]));
            else
                rest += weights[i];
        if (rest != 0)
            edges.Add(new(pruned, (float)rest));
        return edges;
    }

    bool IsConstant(int node) => Graph.Nodes[node].Kind is TraceNodeKind.Bias or TraceNodeKind.Remainder;

    static bool[] NodesAbove(AttributionGraph graph, double[] influence, double share)
    {
        float[] scores = [.. influence.Select(value => (float)value)];
        float threshold = ScoreThreshold.Of(scores, share);
        return [.. graph.Nodes.Select((node, i) => node.Kind switch
        {
            TraceNodeKind.Token or TraceNodeKind.Target => true,
            TraceNodeKind.Latent or TraceNodeKind.Error => scores[i] >= threshold,
            _ => false,
        })];
    }

    static bool[] EdgesAbove(AttributionGraph graph, int[] order, bool[] nodes, double share)
    {
        double[] influence = GraphInfluence.Of(graph, order, nodes);
        float[] scores = new float[graph.EdgeCount];
        foreach (int target in order)
        {
            double flow = nodes[target] ? influence[target] + GraphInfluence.WeightOf(graph.Nodes[target]) : 0;
            if (flow == 0)
                continue;
            double each = flow / GraphInfluence.Divisor(graph, target, nodes);
            ReadOnlySpan<int> sources = graph.SourcesOf(target);
            ReadOnlySpan<float> weights = graph.WeightsOf(target);
            int first = graph.FirstEdgeOf(target);
            for (int i = 0; i < sources.Length; i++)
                if (nodes[sources[i]])
                    scores[first + i] = (float)(Math.Abs(weights[i]) * each);
        }
        float threshold = ScoreThreshold.Of(scores, share);
        bool[] edges = new bool[scores.Length];
        for (int i = 0; i < edges.Length; i++)
            edges[i] = scores[i] > 0 && scores[i] >= threshold;
        return edges;
    }

    // One round; whether anything went.
    bool DropsDeadEnds()
    {
        bool[] acts = new bool[_nodes.Length], isActedOn = new bool[_nodes.Length];
        for (int target = 0; target < _nodes.Length; target++)
        {
            ReadOnlySpan<int> sources = Graph.SourcesOf(target);
            Span<bool> edges = _edges.AsSpan(Graph.FirstEdgeOf(target), sources.Length);
            if (!_nodes[target])
                edges.Clear();
            for (int i = 0; i < sources.Length; i++)
                if (edges[i] && (edges[i] = _nodes[sources[i]]))
                    acts[sources[i]] = isActedOn[target] = true;
        }
        bool dropped = false;
        for (int node = 0; node < _nodes.Length; node++)
            if (_nodes[node] && Graph.Nodes[node].Kind is TraceNodeKind.Latent or TraceNodeKind.Error
                && (!acts[node] || (Graph.Nodes[node].Kind == TraceNodeKind.Latent && !isActedOn[node])))
                (_nodes[node], dropped) = (false, true);
        return dropped;
    }

    static double[] Cumulative(double[] influence)
    {
        int[] order = [.. Enumerable.Range(0, influence.Length).OrderByDescending(i => influence[i])];
        double[] cumulative = new double[influence.Length];
        double total = influence.Sum(), sum = 0;
        foreach (int node in order)
            cumulative[node] = total > 0 ? (sum += influence[node]) / total : 0;
        return cumulative;
    }

    static void Require(double threshold, string what)
    {
        if (!(threshold is >= 0 and <= 1))
            throw new InputException($"a {what} threshold of {threshold} was asked for: it is a share, 0 to 1");
    }
}
