using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// How much each node acts on the targets: w (Ā + Ā² + …), Ā the absolute weights of each row divided by their sum and w what
/// the targets weigh.
/// </summary>
/// <remarks>
/// As circuit-tracer defines it, over latents, errors and tokens: biases and remainders take no part. Sums run in double
/// precision once over the edges, targets first, where circuit-tracer multiplies until nothing is left.
/// </remarks>
public static class GraphInfluence
{
    const double LeastSum = 1e-10;

    /// <summary>The influence of every node.</summary>
    /// <exception cref="InputException">The graph has a cycle.</exception>
    public static double[] Of(AttributionGraph graph) => Of(graph, GraphOrder.TargetsFirst(graph), Members(graph));

    /// <summary>The same over some nodes alone.</summary>
    internal static double[] Of(AttributionGraph graph, int[] targetsFirst, bool[] members)
    {
        double[] influence = new double[graph.Nodes.Count];
        foreach (int target in targetsFirst)
        {
            double flow = members[target] ? influence[target] + WeightOf(graph.Nodes[target]) : 0;
            if (flow == 0)
                continue;
            double each = flow / Divisor(graph, target, members);
            ReadOnlySpan<int> sources = graph.SourcesOf(target);
            ReadOnlySpan<float> weights = graph.WeightsOf(target);
            for (int i = 0; i < sources.Length; i++)
                if (members[sources[i]])
                    influence[sources[i]] += Math.Abs(weights[i]) * each;
        }
        return influence;
    }

    /// <summary>Which nodes take part: latents, errors, tokens and targets.</summary>
    internal static bool[] Members(AttributionGraph graph) =>
        [.. graph.Nodes.Select(node => node.Kind is not (TraceNodeKind.Bias or TraceNodeKind.Remainder))];

    /// <summary>What a node weighs as a target; 0 if it is none.</summary>
    internal static double WeightOf(TraceNode node) => node.Kind == TraceNodeKind.Target ? node.Value : 0;

    /// <summary>The sum of a row's absolute weights, at least so much that one can divide by it.</summary>
    internal static double Divisor(AttributionGraph graph, int target, bool[] members)
    {
        double sum = 0;
        ReadOnlySpan<int> sources = graph.SourcesOf(target);
        ReadOnlySpan<float> weights = graph.WeightsOf(target);
        for (int i = 0; i < sources.Length; i++)
            if (members[sources[i]])
                sum += Math.Abs(weights[i]);
        return Math.Max(sum, LeastSum);
    }
}
