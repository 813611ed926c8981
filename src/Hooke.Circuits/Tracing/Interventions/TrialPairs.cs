using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What is taken out at once.</summary>
/// <param name="Place">Its place among the sources.</param>
/// <param name="Name">Its name.</param>
/// <param name="Nodes">Its places among the graph's nodes.</param>
/// <param name="Members">Its nodes.</param>
sealed record TrialSource(int Place, string Name, IReadOnlyList<int> Nodes, IReadOnlyList<TraceNode> Members);

/// <summary>A target that a source has an edge to, or the control for it, which has the target's place.</summary>
readonly record struct TrialEdge(int Place, TraceNode Target, bool IsControl, bool IsPart, double Weight, double Total);

/// <summary>
/// Which targets are read when a source is taken out: those of its edges, and for each a matched one it has none to.
/// </summary>
sealed class TrialPairs
{
    readonly AttributionGraph _graph;
    readonly TranscoderSites _sites;
    readonly Dictionary<int, List<(int Target, double Weight)>> _outgoing = [];
    readonly int[] _order; // of the targets, those of early layers first
    readonly ILookup<(int Layer, int Position), TraceNode> _active;
    readonly Draws _draws;

    public TrialPairs(
        AttributionGraph graph, IReadOnlyList<(string Name, IReadOnlyList<int> Members)> groups,
        IReadOnlyList<TraceNode> active, TranscoderSites sites, Draws draws)
    {
        (_graph, _sites, _draws) = (graph, sites, draws);
        Dictionary<(TraceNodeKind, int, int, int), TraceNode> known = active.ToDictionary(Key);
        for (int target = 0; target < graph.Nodes.Count; target++)
            for (int i = 0; i < graph.SourcesOf(target).Length; i++)
                Outgoing(graph.SourcesOf(target)[i]).Add((target, graph.WeightsOf(target)[i]));
        _order = [.. Enumerable.Range(0, graph.Nodes.Count).OrderBy(i => graph.Nodes[i].Kind == TraceNodeKind.Target)
            .ThenBy(i => graph.Nodes[i].Layer)];
        _active = active.Where(n => n.Kind == TraceNodeKind.Latent).ToLookup(n => (n.Layer, n.Position));
        List<TrialSource> sources = [];
        for (int n = 0; n < graph.Nodes.Count; n++)
            if (_outgoing.ContainsKey(n) && IsWritten(graph.Nodes[n]))
                sources.Add(new(sources.Count, TraceNodeName.Of(graph.Nodes[n]), [n], [Known(known, graph.Nodes[n])]));
        int nodes = sources.Count;
        foreach ((string name, IReadOnlyList<int> members) in groups)
            if (members.Any(m => (uint)m >= (uint)graph.Nodes.Count))
                throw new InputException($"the group '{name}' has a member that is no node of the graph");
            else if (members.Where(m => IsWritten(graph.Nodes[m])).Distinct().ToArray() is { Length: > 0 } written)
                sources.Add(new(sources.Count, name, written, [.. written.Select(m => Known(known, graph.Nodes[m]))]));
        (Sources, Groups) = (sources, sources.Count - nodes);
    }

    /// <summary>What is taken out: nodes with outgoing edges, then groups.</summary>
    public IReadOnlyList<TrialSource> Sources { get; }

    /// <summary>How many of them are groups.</summary>
    public int Groups { get; }

    /// <summary>What is read when a source is taken out.</summary>
    public TrialEdge[] EdgesOf(TrialSource source)
    {
        SortedDictionary<int, double> weights = [];
        foreach (int node in source.Nodes)
            foreach ((int target, double weight) in _outgoing.GetValueOrDefault(node) ?? [])
                if (!source.Nodes.Contains(target) && IsRead(_graph.Nodes[target]))
                    weights[target] = weights.GetValueOrDefault(target) + weight;
        double[] totals = Totals(source);
        List<TrialEdge> edges = [];
        foreach ((int target, double weight) in weights)
        {
            edges.Add(new(target, _graph.Nodes[target], IsControl: false, IsPart(source, target), weight, totals[target]));
            if (Control(_graph.Nodes[target], weights.Keys, source) is { } control)
                edges.Add(new(target, control, IsControl: true, IsPart: false, 0, 0));
        }
        return [.. edges];
    }

    // Whether the graph leaves out an edge that a member may have to the target.
    bool IsPart(TrialSource source, int target)
    {
        TraceNode to = _graph.Nodes[target];
        return source.Nodes.Count > 1 && source.Nodes.Any(node => _graph.Nodes[node] is var from
            && (to.Kind == TraceNodeKind.Target || (from.Layer < to.Layer && from.Position <= to.Position))
            && !Outgoing(node).Any(edge => edge.Target == target));
    }

    // What each node loses over all paths of the graph, its latents being linear.
    double[] Totals(TrialSource source)
    {
        double[] totals = new double[_graph.Nodes.Count];
        foreach (int target in _order)
            if (!source.Nodes.Contains(target))
                for (int i = 0; i < _graph.SourcesOf(target).Length; i++)
                {
                    int from = _graph.SourcesOf(target)[i];
                    double weight = _graph.WeightsOf(target)[i];
                    totals[target] += source.Nodes.Contains(from) ? weight
                        : totals[from] != 0 && _graph.Nodes[from].Value != 0
                            ? weight * totals[from] / _graph.Nodes[from].Value : 0;
                }
        return totals;
    }

    // Another latent of the target's layer and position: active ones if there are any without an edge from the source.
    TraceNode? Control(TraceNode target, IEnumerable<int> targets, TrialSource source)
    {
        if (target.Kind != TraceNodeKind.Latent)
            return null;
        HashSet<int> taken = [.. targets.Concat(source.Nodes).Select(t => _graph.Nodes[t])
            .Where(n => n.Layer == target.Layer && n.Position == target.Position).Select(n => n.Index)];
        TraceNode[] free = [.. _active[(target.Layer, target.Position)].Where(n => !taken.Contains(n.Index))];
        if (free.Length > 0)
            return free[_draws.Below(free.Length)];
        int latents = _sites.Transcoders.Coders[target.Layer].Config.NLatents;
        if (taken.Count >= latents)
            return null;
        int index;
        do
            index = _draws.Below(latents);
        while (taken.Contains(index));
        return target with { Index = index, Value = 0 };
    }

    List<(int Target, double Weight)> Outgoing(int node)
    {
        if (!_outgoing.TryGetValue(node, out List<(int, double)>? edges))
            _outgoing[node] = edges = [];
        return edges;
    }

    static TraceNode Known(Dictionary<(TraceNodeKind, int, int, int), TraceNode> known, TraceNode node) =>
        known.GetValueOrDefault(Key(node)) ?? throw new InputException(
            $"{TraceNodeName.Of(node)} of the graph is not there on its prompt: the graph is of another model or transcoders");

    static (TraceNodeKind, int, int, int) Key(TraceNode n) =>
        (n.Kind, n.Layer, n.Position, n.Kind == TraceNodeKind.Latent ? n.Index : -1);

    static bool IsWritten(TraceNode node) => node.Kind is TraceNodeKind.Latent or TraceNodeKind.Error or TraceNodeKind.Token;

    static bool IsRead(TraceNode node) => node.Kind == TraceNodeKind.Latent || (node.Kind == TraceNodeKind.Target
        && node.Index >= 0);
}
