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
    readonly int[] _starts; // where a node's incoming edges begin; one more than nodes
    readonly int[] _sources;
    readonly float[] _weights;

    /// <summary>A graph of nodes and their incoming edges.</summary>
    /// <param name="tokens">The prompt.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="incoming">For each node its sources with their weights.</param>
    /// <exception cref="ArgumentException">An edge names a node that is not there.</exception>
    public AttributionGraph(
        IReadOnlyList<int> tokens, IReadOnlyList<TraceNode> nodes, IReadOnlyList<IReadOnlyList<TraceEdge>> incoming)
    {
        (Tokens, Nodes, _starts) = (tokens, nodes, new int[nodes.Count + 1]);
        if (incoming.Count != nodes.Count)
            throw new ArgumentException($"incoming edges of {incoming.Count} nodes for {nodes.Count} nodes");
        for (int target = 0; target < nodes.Count; target++)
            _starts[target + 1] = _starts[target] + incoming[target].Count;
        (_sources, _weights) = (new int[_starts[^1]], new float[_starts[^1]]);
        for (int target = 0; target < nodes.Count; target++)
            for (int i = 0; i < incoming[target].Count; i++)
            {
                (int source, float weight) = incoming[target][i];
                if ((uint)source >= (uint)nodes.Count)
                    throw new ArgumentException($"an edge from node {source} of {nodes.Count}");
                (_sources[_starts[target] + i], _weights[_starts[target] + i]) = (source, weight);
            }
    }

    internal AttributionGraph(
        IReadOnlyList<int> tokens, IReadOnlyList<TraceNode> nodes, int[] starts, int[] sources, float[] weights) =>
        (Tokens, Nodes, _starts, _sources, _weights) = (tokens, nodes, starts, sources, weights);

    /// <summary>The prompt's tokens.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>
    /// The nodes. A traced graph has them in this order: latents by layer, position and latent; errors by layer and
    /// position; tokens; biases; remainders; targets.
    /// </summary>
    public IReadOnlyList<TraceNode> Nodes { get; }

    /// <summary>How many edges there are.</summary>
    public int EdgeCount => _sources.Length;

    /// <summary>The sources of a node's incoming edges, in rising order in a traced graph.</summary>
    public ReadOnlySpan<int> SourcesOf(int target) => _sources.AsSpan(_starts[target].._starts[target + 1]);

    /// <summary>The weights of a node's incoming edges, in the order of <see cref="SourcesOf"/>.</summary>
    public ReadOnlySpan<float> WeightsOf(int target) => _weights.AsSpan(_starts[target].._starts[target + 1]);

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
