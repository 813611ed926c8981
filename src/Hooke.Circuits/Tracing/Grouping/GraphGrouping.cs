using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Proposes groups of a graph's latents: agglomerative, average linkage; of equal pairs the first, so always the same.
/// </summary>
/// <remarks>
/// Similarity of two latents is the weighted mean of the cosine of what they write, over the layers that both write to, and
/// of the mean cosine of their incoming and outgoing edges; 1 for those with the same label.
/// </remarks>
public static class GraphGrouping
{
    /// <summary>Groups of two latents and more, the largest share of the graph's edges first.</summary>
    /// <param name="graph">The graph, best a pruned one.</param>
    /// <param name="coders">The transcoders that it was traced with, or null: then edges and labels decide.</param>
    /// <param name="settings">By what; null for decoder directions and edges alike.</param>
    /// <exception cref="InputException">A similarity or weight is out of its range, or the coders are others.</exception>
    public static IReadOnlyList<NodeGroup> Propose(
        AttributionGraph graph, CoderSet? coders = null, GroupingSettings? settings = null)
    {
        settings ??= new();
        if (!(settings.LeastSimilarity is > -1 and <= 1) || !(settings.DecoderWeight >= 0) || !(settings.EdgeWeight >= 0)
            || settings.DecoderWeight + settings.EdgeWeight == 0)
            throw new InputException($"a similarity of {settings.LeastSimilarity} with weights {settings.DecoderWeight} and "
                + $"{settings.EdgeWeight} was asked for: give one in -1 to 1, and weights of 0 or more, not both 0");
        int[] latents = [.. Enumerable.Range(0, graph.Nodes.Count).Where(node => graph.Nodes[node].Kind == TraceNodeKind.Latent)];
        EdgeProfiles profiles = new(graph);
        NodeSimilarity similarity = new(graph, coders, profiles, settings);
        IEnumerable<int[]> apart = settings.AcrossPositions
            ? [latents]
            : latents.GroupBy(node => graph.Nodes[node].Position).OrderBy(some => some.Key).Select(some => some.ToArray());
        return
        [
            .. apart.SelectMany(some => Join(some, similarity, settings.LeastSimilarity)).Where(group => group.Count > 1)
                .OrderByDescending(group => group.Sum(profiles.Strength)).ThenBy(group => group[0])
                .Select(group => new NodeGroup(NameOf(graph, group, settings), group)),
        ];
    }

    // Average linkage: the similarity of a joined group to another is the mean over pairs, kept as a sum.
    static List<List<int>> Join(int[] nodes, NodeSimilarity similarity, double least)
    {
        int n = nodes.Length;
        double[,] sums = new double[n, n];
        Work.For(n, i =>
        {
            for (int j = 0; j < n; j++)
                sums[i, j] = i == j ? 0 : similarity.Of(nodes[Math.Min(i, j)], nodes[Math.Max(i, j)]);
        });
        List<int>?[] groups = [.. nodes.Select(node => new List<int> { node })];
        while (Closest(sums, groups) is (var a, var b, var mean) && mean >= least)
        {
            groups[a]!.AddRange(groups[b]!);
            groups[b] = null;
            for (int i = 0; i < n; i++)
                sums[a, i] = sums[i, a] = sums[a, i] + sums[b, i];
        }
        List<List<int>> joined = [.. groups.OfType<List<int>>()];
        foreach (List<int> group in joined)
            group.Sort();
        return joined;
    }

    static (int A, int B, double Mean)? Closest(double[,] sums, List<int>?[] groups)
    {
        (int A, int B, double Mean)? closest = null;
        for (int a = 0; a < groups.Length; a++)
            for (int b = a + 1; groups[a] is { } first && b < groups.Length; b++)
                if (groups[b] is { } second && sums[a, b] / (first.Count * second.Count) is var mean && !(mean <= closest?.Mean))
                    closest = (a, b, mean);
        return closest;
    }

    static string NameOf(AttributionGraph graph, List<int> group, GroupingSettings settings)
    {
        string?[] labels = [.. group.Select(node => settings.LabelOf(graph.Nodes[node].Layer, graph.Nodes[node].Index))];
        string? common = labels.OfType<string>().GroupBy(label => label, StringComparer.Ordinal)
            .OrderByDescending(same => same.Count()).FirstOrDefault(same => 2 * same.Count() > group.Count)?.Key;
        TraceNode first = graph.Nodes[group[0]], last = graph.Nodes[group[^1]];
        string layers = first.Layer == last.Layer ? $"layer {first.Layer}" : $"layers {first.Layer}–{last.Layer}";
        return common ?? $"{layers} at {first.Position}: {group.Count} latents from {first.Layer}.{first.Index}";
    }
}
