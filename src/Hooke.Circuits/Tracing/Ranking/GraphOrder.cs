using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>An order of a graph's nodes in which every node comes after all nodes that it acts on.</summary>
static class GraphOrder
{
    /// <summary>The nodes, targets first and what they rest on later.</summary>
    /// <exception cref="InputException">The graph has a cycle.</exception>
    public static int[] TargetsFirst(AttributionGraph graph)
    {
        int count = graph.Nodes.Count;
        int[] outgoing = new int[count];
        for (int target = 0; target < count; target++)
            foreach (int source in graph.SourcesOf(target))
                outgoing[source]++;
        int[] order = new int[count];
        int found = 0;
        for (int node = 0; node < count; node++)
            if (outgoing[node] == 0)
                order[found++] = node;
        for (int done = 0; done < found; done++)
            foreach (int source in graph.SourcesOf(order[done]))
                if (--outgoing[source] == 0)
                    order[found++] = source;
        return found == count ? order : throw new InputException(
            "this graph has a cycle: no attribution graph of a prompt has one, as every edge goes up");
    }
}
