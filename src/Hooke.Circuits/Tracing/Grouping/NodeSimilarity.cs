using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>How alike two latents of a graph are.</summary>
sealed class NodeSimilarity
{
    readonly AttributionGraph _graph;
    readonly CoderSet? _coders;
    readonly EdgeProfiles _profiles;
    readonly GroupingSettings _settings;

    public NodeSimilarity(AttributionGraph graph, CoderSet? coders, EdgeProfiles profiles, GroupingSettings settings)
    {
        (_graph, _coders, _profiles, _settings) = (graph, coders, profiles, settings);
        if (coders is not null && graph.Nodes.FirstOrDefault(node => node.Kind == TraceNodeKind.Latent
            && !(node.Layer < coders.Coders.Count && node.Index >= 0
                && node.Index < coders.Coders[node.Layer].Config.NLatents)) is { } stranger)
            throw new InputException($"the graph has latent {stranger.Index} of layer {stranger.Layer}, which the dictionary "
                + "does not have: it was traced with another");
    }

    /// <summary>In −1 to 1.</summary>
    public double Of(int a, int b)
    {
        (TraceNode first, TraceNode second) = (_graph.Nodes[a], _graph.Nodes[b]);
        if (_settings.LabelOf(first.Layer, first.Index) is { } label && label == _settings.LabelOf(second.Layer, second.Index))
            return 1;
        double edges = _profiles.Cosine(a, b);
        if (_coders is null || Written(first, second) is not { } written)
            return edges;
        return ((_settings.DecoderWeight * written) + (_settings.EdgeWeight * edges))
            / (_settings.DecoderWeight + _settings.EdgeWeight);
    }

    // The cosine of what both write, over the layers that both write to; null where there is none.
    double? Written(TraceNode a, TraceNode b)
    {
        double dot = 0, first = 0, second = 0;
        (CoderConfig left, CoderConfig right) = (_coders!.Coders[a.Layer].Config, _coders.Coders[b.Layer].Config);
        // Of a cross-layer transcoder output o of layer l is written in layer l + o.
        int end = Math.Min(a.Layer + left.Outputs.Count, b.Layer + right.Outputs.Count);
        for (int layer = Math.Max(a.Layer, b.Layer); layer < end; layer++)
        {
            ReadOnlySpan<float> x = Row(a, layer), y = Row(b, layer);
            (dot, first, second) = (dot + Reduce.Dot(x, y), first + Reduce.SumOfSquares(x), second + Reduce.SumOfSquares(y));
        }
        return first * second > 0 ? dot / Math.Sqrt(first * second) : null;
    }

    ReadOnlySpan<float> Row(TraceNode node, int layer)
    {
        Tensor weight = _coders!.Coders[node.Layer].Weights.Decoders[layer - node.Layer].Weight;
        return weight.Data.Slice(node.Index * weight.Shape[1], weight.Shape[1]);
    }
}
