namespace Hooke.Circuits;

/// <summary>
/// Direct effects between token embeddings, active latents, errors, biases and targets on one prompt, in the model whose
/// attention patterns and norm scales are frozen at this prompt's values.
/// </summary>
/// <remarks>
/// A weight is what the source adds to the target's pre-activation (a latent's) or value (a target's), directly: through
/// attention and the residual stream, but through no other latent. Edges are kept by target, so that memory grows with
/// the edges and not with the square of the nodes.
/// </remarks>
public sealed class AttributionGraph
{
    readonly int[][] _sources; // row by row, so that a large graph needs no second copy while it is made
    readonly float[][] _weights;
    readonly int[] _starts; // where a node's incoming edges begin among all edges; one more than nodes

    /// <summary>A graph of nodes and their incoming edges.</summary>
    /// <param name="tokens">The prompt.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="incoming">For each node its sources with their weights.</param>
    /// <exception cref="ArgumentException">An edge names a node that is not there.</exception>
    public AttributionGraph(
        IReadOnlyList<int> tokens, IReadOnlyList<TraceNode> nodes, IReadOnlyList<IReadOnlyList<TraceEdge>> incoming)
        : this(tokens, nodes, [.. incoming.Select(edges => edges.Select(edge => edge.Source).ToArray())],
            [.. incoming.Select(edges => edges.Select(edge => edge.Weight).ToArray())])
    {
    }

    internal AttributionGraph(IReadOnlyList<int> tokens, IReadOnlyList<TraceNode> nodes, int[][] sources, float[][] weights)
    {
        (Tokens, Nodes, _sources, _weights, _starts) = (tokens, nodes, sources, weights, new int[nodes.Count + 1]);
        if (sources.Length != nodes.Count)
            throw new ArgumentException($"incoming edges of {sources.Length} nodes for {nodes.Count} nodes");
        for (int target = 0; target < nodes.Count; target++)
        {
            _starts[target + 1] = checked(_starts[target] + sources[target].Length);
            foreach (int source in sources[target])
                if ((uint)source >= (uint)nodes.Count)
                    throw new ArgumentException($"an edge from node {source} of {nodes.Count}");
        }
    }

    /// <summary>The prompt's tokens.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>
    /// The nodes. A traced graph has them in this order: latents by layer, position and latent; errors by layer and
    /// position; tokens; biases; remainders; targets.
    /// </summary>
    public IReadOnlyList<TraceNode> Nodes { get; }

    /// <summary>How many edges there are.</summary>
    public int EdgeCount => _starts[^1];

    /// <summary>The sources of a node's incoming edges, in rising order in a traced graph.</summary>
    public ReadOnlySpan<int> SourcesOf(int target) => _sources[target];

    /// <summary>The weights of a node's incoming edges, in the order of <see cref="SourcesOf"/>.</summary>
    public ReadOnlySpan<float> WeightsOf(int target) => _weights[target];

    /// <summary>The sum of a node's incoming edges: a latent's pre-activation, a target's value; 0 for the others.</summary>
    public double SumOf(int target)
    {
        double sum = 0;
        foreach (float weight in WeightsOf(target))
            sum += weight;
        return sum;
    }

    /// <summary>Where a node's incoming edges begin among all edges.</summary>
    internal int FirstEdgeOf(int target) => _starts[target];
}

/// <summary>An incoming edge: from where, and how much it adds.</summary>
public readonly record struct TraceEdge(int Source, float Weight);
