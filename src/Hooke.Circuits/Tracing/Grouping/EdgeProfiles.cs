namespace Hooke.Circuits;

/// <summary>Who leads to each node of a graph, and what it leads to.</summary>
sealed class EdgeProfiles
{
    readonly AttributionGraph _graph;
    readonly List<(int Node, float Weight)>[] _outgoing;
    readonly double[] _incomingNorms, _outgoingNorms;

    public EdgeProfiles(AttributionGraph graph)
    {
        int n = graph.Nodes.Count;
        (_graph, _outgoing) = (graph, [.. Enumerable.Range(0, n).Select(_ => new List<(int, float)>())]);
        for (int target = 0; target < n; target++)
            for (int i = 0; i < graph.SourcesOf(target).Length; i++)
                _outgoing[graph.SourcesOf(target)[i]].Add((target, graph.WeightsOf(target)[i]));
        _incomingNorms = [.. Enumerable.Range(0, n).Select(node => Math.Sqrt(Incoming(node, node)))];
        _outgoingNorms = [.. Enumerable.Range(0, n).Select(node => Math.Sqrt(Outgoing(node, node)))];
    }

    /// <summary>Σ |weight| of a node's outgoing edges.</summary>
    public double Strength(int node) => _outgoing[node].Sum(edge => Math.Abs((double)edge.Weight));

    /// <summary>The mean of the cosines of two nodes' incoming and outgoing weights; 0 for a node without.</summary>
    public double Cosine(int a, int b) =>
        (Share(Incoming(a, b), _incomingNorms[a] * _incomingNorms[b])
            + Share(Outgoing(a, b), _outgoingNorms[a] * _outgoingNorms[b])) / 2;

    double Incoming(int a, int b)
    {
        ReadOnlySpan<int> first = _graph.SourcesOf(a), second = _graph.SourcesOf(b);
        double sum = 0;
        // Sources of a graph from a file may stand in any order.
        Dictionary<int, float> weights = new(first.Length);
        for (int i = 0; i < first.Length; i++)
            weights[first[i]] = _graph.WeightsOf(a)[i];
        for (int i = 0; i < second.Length; i++)
            if (weights.TryGetValue(second[i], out float weight))
                sum += (double)weight * _graph.WeightsOf(b)[i];
        return sum;
    }

    // Outgoing edges were found target by target, so both lists rise.
    double Outgoing(int a, int b)
    {
        (List<(int Node, float Weight)> first, List<(int Node, float Weight)> second) = (_outgoing[a], _outgoing[b]);
        double sum = 0;
        for (int i = 0, j = 0; i < first.Count && j < second.Count;)
            if (first[i].Node == second[j].Node)
                sum += (double)first[i++].Weight * second[j++].Weight;
            else if (first[i].Node < second[j].Node)
                i++;
            else
                j++;
        return sum;
    }

    static double Share(double sum, double norms) => norms > 0 ? sum / norms : 0;
}
