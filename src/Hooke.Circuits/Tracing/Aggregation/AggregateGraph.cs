namespace Hooke.Circuits;

/// <summary>A graph of one prompt, with the names of its positions.</summary>
/// <param name="Graph">The graph, best a pruned one.</param>
/// <param name="Roles">A name for each position, such as <see cref="PositionRoles"/> gives.</param>
public sealed record RoledGraph(AttributionGraph Graph, IReadOnlyList<string> Roles);

/// <summary>What stands for the same in graphs of different prompts.</summary>
/// <param name="Kind">What kind of node.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="Index">A latent's number; −1 for the others, so that tokens and logits are the same by their places.</param>
/// <param name="Role">The name of its position, or of a bias, remainder; of a target its number.</param>
public sealed record AggregateNode(TraceNodeKind Kind, int Layer, int Index, string Role);

/// <summary>How often something was there, and how much it was.</summary>
/// <param name="Count">In how many graphs.</param>
/// <param name="Share">Of all graphs.</param>
/// <param name="Mean">Mean over all graphs, 0 where it was not.</param>
/// <param name="Deviation">Standard deviation over all graphs (÷ n − 1).</param>
public sealed record Occurrence(int Count, double Share, double Mean, double Deviation);

/// <summary>An edge of an aggregate graph.</summary>
public sealed record AggregateEdge(AggregateNode Source, AggregateNode Target);

/// <summary>The graphs of many prompts in one: nodes by layer, latent and the role of their position.</summary>
public sealed class AggregateGraph
{
    AggregateGraph(
        int count, IReadOnlyDictionary<AggregateNode, Occurrence> nodes, IReadOnlyDictionary<AggregateEdge, Occurrence> edges) =>
        (Count, Nodes, Edges) = (count, nodes, edges);

    /// <summary>How many graphs there were.</summary>
    public int Count { get; }

    /// <summary>Every node of any graph; the mean is of its value: a latent's activation.</summary>
    public IReadOnlyDictionary<AggregateNode, Occurrence> Nodes { get; }

    /// <summary>Every edge of any graph; the mean is of its weight.</summary>
    public IReadOnlyDictionary<AggregateEdge, Occurrence> Edges { get; }

    /// <summary>Brings graphs together.</summary>
    /// <exception cref="ArgumentException">There is no graph, or one has not a role for each position.</exception>
    public static AggregateGraph Of(IReadOnlyList<RoledGraph> graphs)
    {
        if (graphs.Count == 0)
            throw new ArgumentException("no graph to bring together");
        Dictionary<AggregateNode, List<double>> nodes = [];
        Dictionary<AggregateEdge, List<double>> edges = [];
        foreach (RoledGraph one in graphs)
        {
            AggregateNode[] keys = Keys(one);
            foreach ((AggregateNode key, int node) in keys.Select((key, i) => (key, i)).DistinctBy(pair => pair.key))
                Add(nodes, key, one.Graph.Nodes[node].Value);
            // Nodes of one key, such as two tokens' biases, have their edges added up.
            Dictionary<AggregateEdge, double> sums = [];
            for (int target = 0; target < keys.Length; target++)
                for (int i = 0; i < one.Graph.SourcesOf(target).Length; i++)
                {
                    AggregateEdge edge = new(keys[one.Graph.SourcesOf(target)[i]], keys[target]);
                    sums[edge] = sums.GetValueOrDefault(edge) + one.Graph.WeightsOf(target)[i];
                }
            foreach ((AggregateEdge edge, double weight) in sums)
                Add(edges, edge, weight);
        }
        return new(graphs.Count, Summed(nodes, graphs.Count), Summed(edges, graphs.Count));
    }

    /// <summary>Latents and errors that at least a share of the graphs have, the most frequent and strongest first.</summary>
    public IReadOnlyList<(AggregateNode Node, Occurrence Found)> SharedNodes(double least = 0.8) =>
    [
        .. Nodes.Where(pair => pair.Key.Kind is TraceNodeKind.Latent or TraceNodeKind.Error && pair.Value.Share >= least)
            .OrderByDescending(pair => pair.Value.Count).ThenByDescending(pair => Math.Abs(pair.Value.Mean))
            .ThenBy(pair => pair.Key.Layer).ThenBy(pair => pair.Key.Index).ThenBy(pair => pair.Key.Role, StringComparer.Ordinal)
            .Select(pair => (pair.Key, pair.Value)),
    ];

    /// <summary>Edges between latents, errors, tokens and targets that at least a share have, the strongest mean first.</summary>
    public IReadOnlyList<(AggregateEdge Edge, Occurrence Found)> SharedEdges(double least = 0.8) =>
    [
        .. Edges.Where(pair => pair.Value.Share >= least && !IsConstant(pair.Key.Source))
            .OrderByDescending(pair => Math.Abs(pair.Value.Mean)).ThenBy(pair => $"{pair.Key}", StringComparer.Ordinal)
            .Select(pair => (pair.Key, pair.Value)),
    ];

    /// <summary>Latents that one graph has and at most a share of all have: what is particular to its prompt.</summary>
    public IReadOnlyList<AggregateNode> Particular(RoledGraph graph, double most = 0.2) =>
        [.. Keys(graph).Distinct().Where(key => key.Kind == TraceNodeKind.Latent && Nodes[key].Share <= most)];

    /// <summary>What each node of a graph is called.</summary>
    internal static AggregateNode[] Keys(RoledGraph one)
    {
        (AttributionGraph graph, IReadOnlyList<string> roles) = one;
        if (roles.Count != graph.Tokens.Count)
            throw new ArgumentException($"{roles.Count} roles for {graph.Tokens.Count} positions");
        int targets = 0;
        return [.. graph.Nodes.Select(node => new AggregateNode(
            node.Kind, node.Layer, node.Kind == TraceNodeKind.Latent ? node.Index : -1,
            node.Kind == TraceNodeKind.Target ? $"target {targets++}"
                : node.Position >= 0 ? roles[node.Position] : node.Name ?? ""))];
    }

    internal static bool IsConstant(AggregateNode node) => node.Kind is TraceNodeKind.Bias or TraceNodeKind.Remainder;

    static void Add<T>(Dictionary<T, List<double>> lists, T key, double value)
        where T : notnull
    {
        if (!lists.TryGetValue(key, out List<double>? list))
            lists[key] = list = [];
        list.Add(value);
    }

    static Dictionary<T, Occurrence> Summed<T>(Dictionary<T, List<double>> lists, int n)
        where T : notnull => lists.ToDictionary(pair => pair.Key, pair =>
        {
            double mean = pair.Value.Sum() / n;
            double squares = pair.Value.Sum(value => (value - mean) * (value - mean)) + ((n - pair.Value.Count) * mean * mean);
            return new Occurrence(pair.Value.Count, (double)pair.Value.Count / n, mean, n > 1 ? Math.Sqrt(squares / (n - 1)) : 0);
        });
}
