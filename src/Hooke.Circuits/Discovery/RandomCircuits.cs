using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Random circuits to compare with: as many edges, and like a found one made of whole paths from input to logits.
/// </summary>
public static class RandomCircuits
{
    /// <summary>One random circuit of so many edges.</summary>
    /// <param name="graph">The model's graph.</param>
    /// <param name="edges">How many edges, at most as many as the graph has.</param>
    /// <param name="rng">Where the choice comes from.</param>
    /// <param name="outside">A circuit whose edges are left out, or null to draw from all.</param>
    /// <exception cref="ArgumentException">There are not that many edges to draw from.</exception>
    public static Circuit Draw(ComponentGraph graph, int edges, Rng rng, Circuit? outside = null)
    {
        if (edges > graph.Edges.Count - (outside?.Count ?? 0))
            throw new ArgumentException($"{edges} edges cannot be drawn from {graph.Edges.Count - (outside?.Count ?? 0)}");
        const int MostMisses = 200;
        Draws draws = rng.Draw();
        int[] open = [.. Enumerable.Range(0, graph.Edges.Count).Where(i => outside?.Contains(i) != true)];
        ILookup<Node, int> into = open.ToLookup(i => graph.Edges[i].Target.Node);
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
            chosen.Add(draws.Pick(open));
        return new Circuit(graph, chosen);
    }

    // A path that comes to where no edge is left is given up.
    static List<int> PathTo(ComponentGraph graph, Node node, ILookup<Node, int> into, Draws draws)
    {
        List<int> path = [];
        while (node.Kind != ComponentKind.Input)
        {
            int[] edges = [.. into[node]];
            if (edges.Length == 0)
                return [];
            path.Add(draws.Pick(edges));
            node = graph.Edges[path[^1]].Source;
        }
        return path;
    }
}
