namespace Hooke.Circuits;

/// <summary>What two graphs differ in, such as those of a clean and a counterfactual prompt.</summary>
/// <param name="OnlyFirst">Nodes of the first alone.</param>
/// <param name="OnlySecond">Nodes of the second alone.</param>
/// <param name="Both">Nodes of both, with their values.</param>
/// <param name="Edges">Edges whose weights differ, the largest difference first; 0 where a graph has none.</param>
public sealed record GraphDifference(
    IReadOnlyList<NodePair> OnlyFirst, IReadOnlyList<NodePair> OnlySecond, IReadOnlyList<NodePair> Both,
    IReadOnlyList<EdgePair> Edges)
{
    /// <summary>
    /// Share of the weight, Σ min(|w|, |w′|) over Σ max, that is the same in both, where signs agree; 1 for equal graphs.
    /// </summary>
    public double Overlap { get; private init; }

    /// <summary>Compares two graphs; biases and remainders are left out.</summary>
    public static GraphDifference Of(RoledGraph first, RoledGraph second)
    {
        AggregateGraph both = AggregateGraph.Of([first, second]);
        AggregateGraph one = AggregateGraph.Of([first]), other = AggregateGraph.Of([second]);
        NodePair[] nodes =
        [
            .. both.Nodes.Keys.Where(node => !AggregateGraph.IsConstant(node))
                .OrderBy(node => node.Kind).ThenBy(node => node.Layer).ThenBy(node => node.Role, StringComparer.Ordinal)
                .ThenBy(node => node.Index)
                .Select(node => new NodePair(
                    node, one.Nodes.GetValueOrDefault(node)?.Mean, other.Nodes.GetValueOrDefault(node)?.Mean)),
        ];
        EdgePair[] edges =
        [
            .. both.Edges.Keys.Where(edge => !AggregateGraph.IsConstant(edge.Source))
                .Select(edge => new EdgePair(
                    edge, one.Edges.GetValueOrDefault(edge)?.Mean ?? 0, other.Edges.GetValueOrDefault(edge)?.Mean ?? 0))
                .OrderByDescending(edge => Math.Abs(edge.First - edge.Second))
                .ThenBy(edge => $"{edge.Edge}", StringComparer.Ordinal),
        ];
        double same = edges.Where(e => e.First * e.Second > 0).Sum(e => Math.Min(Math.Abs(e.First), Math.Abs(e.Second)));
        double all = edges.Sum(e => e.First * e.Second < 0
            ? Math.Abs(e.First) + Math.Abs(e.Second)
            : Math.Max(Math.Abs(e.First), Math.Abs(e.Second)));
        return new(
            [.. nodes.Where(node => node.Second is null)], [.. nodes.Where(node => node.First is null)],
            [.. nodes.Where(node => node.First is not null && node.Second is not null)],
            [.. edges.Where(edge => edge.First != edge.Second)])
        {
            Overlap = all > 0 ? same / all : 1,
        };
    }
}

/// <summary>A node and its value in either graph; null where it is not.</summary>
public sealed record NodePair(AggregateNode Node, double? First, double? Second);

/// <summary>An edge and its weight in either graph; 0 where it is not.</summary>
public sealed record EdgePair(AggregateEdge Edge, double First, double Second);
