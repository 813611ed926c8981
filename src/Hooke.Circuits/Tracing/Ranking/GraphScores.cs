using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>How much of what the targets rest on the graph explains.</summary>
/// <param name="Replacement">
/// Influence of tokens / influence of tokens and errors: how much of what goes from the tokens to the targets goes through
/// latents.
/// </param>
/// <param name="Completeness">
/// The share of each node's incoming absolute weight that is not from errors, averaged by the nodes' influence: circuit-tracer's
/// graph completeness score, not a circuit's completeness.
/// </param>
/// <param name="Targets">For each target, in their order, what it rests on.</param>
public sealed record GraphScores(double Replacement, double Completeness, IReadOnlyList<TargetShares> Targets)
{
    /// <summary>The scores of a whole graph, before it is pruned; both as circuit-tracer defines them.</summary>
    /// <exception cref="InputException">The graph has a cycle.</exception>
    public static GraphScores Of(AttributionGraph graph)
    {
        int[] order = GraphOrder.TargetsFirst(graph);
        bool[] members = GraphInfluence.Members(graph);
        double[] influence = GraphInfluence.Of(graph, order, members);
        double tokens = 0, errors = 0, explained = 0, all = 0;
        for (int node = 0; node < influence.Length; node++)
        {
            TraceNodeKind kind = graph.Nodes[node].Kind;
            tokens += kind == TraceNodeKind.Token ? influence[node] : 0;
            errors += kind == TraceNodeKind.Error ? influence[node] : 0;
            double flow = influence[node] + GraphInfluence.WeightOf(graph.Nodes[node]);
            all += flow;
            if (flow > 0)
                explained += flow * (1 - ErrorShare(graph, node, members));
        }
        return new(tokens / (tokens + errors), explained / all, TargetShares.Of(graph, order));
    }

    static double ErrorShare(AttributionGraph graph, int target, bool[] members)
    {
        double errors = 0;
        ReadOnlySpan<int> sources = graph.SourcesOf(target);
        ReadOnlySpan<float> weights = graph.WeightsOf(target);
        for (int i = 0; i < sources.Length; i++)
            if (graph.Nodes[sources[i]].Kind == TraceNodeKind.Error)
                errors += Math.Abs(weights[i]);
        return errors == 0 ? 0 : errors / GraphInfluence.Divisor(graph, target, members);
    }
}

/// <summary>What one target rests on.</summary>
/// <param name="Node">The target.</param>
/// <param name="Value">Its value: the sum of its incoming edges.</param>
/// <param name="Direct">What each kind adds to the value directly; the parts sum to it.</param>
/// <param name="Shares">
/// Where one ends that walks from the target against the edges, choosing each by its absolute weight: through latents down to
/// tokens, errors, biases and remainders. The latents' share is that of latents whose inputs were not traced. Sums to 1.
/// </param>
public sealed record TargetShares(int Node, double Value, TraceParts Direct, TraceParts Shares)
{
    internal static TargetShares[] Of(AttributionGraph graph, int[] targetsFirst)
    {
        TraceParts[] ends = new TraceParts[graph.Nodes.Count];
        foreach (int node in targetsFirst.AsEnumerable().Reverse())
            ends[node] = EndsOf(graph, node, ends);
        return [.. Enumerable.Range(0, graph.Nodes.Count).Where(node => graph.Nodes[node].Kind == TraceNodeKind.Target)
            .Select(node => new TargetShares(node, graph.SumOf(node), DirectOf(graph, node), ends[node]))];
    }

    static TraceParts EndsOf(AttributionGraph graph, int node, TraceParts[] ends)
    {
        ReadOnlySpan<int> sources = graph.SourcesOf(node);
        ReadOnlySpan<float> weights = graph.WeightsOf(node);
        double sum = 0;
        TraceParts parts = default;
        for (int i = 0; i < sources.Length; i++)
        {
            double size = Math.Abs(weights[i]);
            (sum, parts) = (sum + size, parts.Plus(ends[sources[i]], size));
        }
        return sum > 0 ? default(TraceParts).Plus(parts, 1 / sum) : TraceParts.Of(graph.Nodes[node].Kind);
    }

    static TraceParts DirectOf(AttributionGraph graph, int node)
    {
        TraceParts parts = default;
        ReadOnlySpan<int> sources = graph.SourcesOf(node);
        for (int i = 0; i < sources.Length; i++)
            parts = parts.Plus(TraceParts.Of(graph.Nodes[sources[i]].Kind), graph.WeightsOf(node)[i]);
        return parts;
    }
}

/// <summary>A quantity parted by the kinds of nodes.</summary>
public readonly record struct TraceParts(double Latents, double Tokens, double Errors, double Biases, double Remainders)
{
    internal static TraceParts Of(TraceNodeKind kind) => kind switch
    {
        TraceNodeKind.Latent => new(1, 0, 0, 0, 0),
        TraceNodeKind.Token => new(0, 1, 0, 0, 0),
        TraceNodeKind.Error => new(0, 0, 1, 0, 0),
        TraceNodeKind.Bias => new(0, 0, 0, 1, 0),
        TraceNodeKind.Remainder => new(0, 0, 0, 0, 1),
        _ => default,
    };

    internal TraceParts Plus(TraceParts other, double times) => new(
        Latents + (other.Latents * times), Tokens + (other.Tokens * times), Errors + (other.Errors * times),
        Biases + (other.Biases * times), Remainders + (other.Remainders * times));
}
