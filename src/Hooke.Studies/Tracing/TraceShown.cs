using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>The nodes and links of a graph that a page shows: all, or those of most influence.</summary>
/// <param name="Nodes">Places of nodes in the file, rising.</param>
/// <param name="Links">Places of links in the file, rising.</param>
/// <param name="AllNodes">How many nodes the file has.</param>
/// <param name="AllLinks">How many links the file has.</param>
sealed record TraceShown(IReadOnlyList<int> Nodes, IReadOnlyList<int> Links, int AllNodes, int AllLinks)
{
    public static TraceShown Of(GraphFile file, AttributionGraph graph, int mostNodes, int mostLinks)
    {
        double[] influence = GraphInfluence.Of(graph); // refuses cycles, which no drawing by layers can show
        int[] nodes = [.. Enumerable.Range(0, file.Nodes.Count)
            .OrderBy(i => Class(file.Nodes[i])).ThenBy(i => file.Nodes[i].Influence ?? 2)
            .ThenByDescending(i => influence[i]).ThenBy(i => i)
            .Take(mostNodes).Order()];
        bool[] isShown = new bool[file.Nodes.Count];
        foreach (int node in nodes)
            isShown[node] = true;
        int[] links = [.. Enumerable.Range(0, file.Links.Count)
            .Where(i => isShown[file.Links[i].Source] && isShown[file.Links[i].Target])];
        if (links.Length > mostLinks)
        {
            double[] scores = Scores(file, graph, influence);
            links = [.. links.OrderByDescending(i => scores[i]).ThenBy(i => i).Take(mostLinks).Order()];
        }
        return new TraceShown(nodes, links, file.Nodes.Count, file.Links.Count);
    }

    // Targets first; there are few biases and remainders, and leaving them out would hide what is not explained.
    static int Class(GraphFileNode node) => node.Kind switch
    {
        TraceNodeKind.Target => 0,
        TraceNodeKind.Bias or TraceNodeKind.Remainder when node.Others is not null => 1,
        _ => 2,
    };

    static double[] Scores(GraphFile file, AttributionGraph graph, double[] influence)
    {
        double[] sums = new double[file.Nodes.Count];
        foreach ((_, int target, double weight) in file.Links)
            sums[target] += Math.Abs(weight);
        return [.. file.Links.Select(link =>
        {
            TraceNode target = graph.Nodes[link.Target];
            double flow = influence[link.Target] + (target.Kind == TraceNodeKind.Target ? target.Value : 0);
            return sums[link.Target] > 0 ? Math.Abs(link.Weight) / sums[link.Target] * flow : 0;
        })];
    }
}
