using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Random circuits to compare with: as many edges, and like a found one made of whole paths from input to logits.</summary>
public static class RandomCircuits
{
    /// <summary>One random circuit of so many edges.</summary>
    /// <param name="graph">The model's graph.</param>
    /// <param name="edges">How many edges, at most as many as the graph has.</param>
    /// <param name="rng">Where the choice comes from.</param>
    public static Circuit Draw(ComponentGraph graph, int edges, Rng rng)
    {
        const int MostMisses = 200;
        Draws draws = rng.Draw();
        ILookup<Node, int> into = Enumerable.Range(0, graph.Edges.Count).ToLookup(i => graph.Edges[i].Target.Node);
        HashSet<int> chosen = [];
        for (int misses = 0; chosen.Count < edges && misses < MostMisses;)
        {
            int[] path = [.. PathTo(graph, graph.Receivers[^1].Node, into, draws).Where(e => !chosen.Contains(e))];
            if (path.Length == 0 || chosen.Count + path.Length > edges)
                misses++;
            else
                chosen.UnionWith(path);
        }
        // What no whole path fills any more is filled with single edges.
        while (chosen.Count < edges)
            chosen.Add(draws.Below(graph.Edges.Count));
        return new Circuit(graph, chosen);
    }

    static IEnumerable<int> PathTo(ComponentGraph graph, Node node, ILookup<Node, int> into, Draws draws)
    {
        while (node.Kind != ComponentKind.Input)
        {
            int[] edges = [.. into[node]];
            int edge = draws.Pick(edges);
            yield return edge;
            node = graph.Edges[edge].Source;
        }
    }
}
