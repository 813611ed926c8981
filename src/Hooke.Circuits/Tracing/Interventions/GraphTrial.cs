using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Puts an attribution graph to the test: takes out every node that has outgoing edges, and every group of nodes, and sees what
/// becomes of the targets of its edges, and of targets that it has no edge to.
/// </summary>
/// <remarks>
/// The frozen model holds attention patterns, norm scales and MLPs at the prompt's values; it is linear, so a source is taken
/// out many times over there, by a power of two that lifts small effects out of the rounding of large numbers, and the effect
/// divided by that power. Everywhere else it is taken out once.
/// </remarks>
public sealed class GraphTrial : IDisposable
{
    const int MostRows = 2048; // [batch · pos] of one run

    readonly TranscoderSites _sites;
    readonly AttributionGraph _graph;
    readonly FrozenStream _stream;
    readonly PromptNodes _nodes;
    readonly TargetReader _reader;
    readonly TrialPairs _pairs;

    /// <summary>A trial of a graph.</summary>
    /// <param name="sites">The model and the transcoders that the graph was made with.</param>
    /// <param name="graph">The graph: kept nodes and edges, with its prompt.</param>
    /// <param name="groups">Groups of nodes by name; members are places among the graph's nodes.</param>
    /// <param name="seed">Of the controls' draw.</param>
    /// <exception cref="InputException">The graph is of another prompt or of other transcoders.</exception>
    public GraphTrial(
        TranscoderSites sites, AttributionGraph graph,
        IReadOnlyList<(string Name, IReadOnlyList<int> Members)> groups, ulong seed = 1)
    {
        if (graph.Tokens.Count == 0 || graph.Tokens.Any(token => token < 0))
            throw new InputException("the graph does not say which tokens its prompt has, so it cannot be run again");
        (_sites, _graph) = (sites, graph);
        _stream = new FrozenStream(sites, graph.Tokens);
        _nodes = new PromptNodes(sites, _stream);
        _reader = new TargetReader(sites, graph.Tokens.Count);
        _pairs = new TrialPairs(graph, groups, _nodes.Nodes, sites, new Rng(seed).Fork("control edges").Draw());
    }

    /// <summary>Runs it.</summary>
    /// <param name="progress">Told what share is done.</param>
    public GraphEffects Run(Action<double>? progress = null)
    {
        TrialSource[] sources = [.. _pairs.Sources.OrderBy(FirstLayer).ThenBy(s => s.Place)];
        int size = Math.Max(1, MostRows / _graph.Tokens.Count);
        LatentRules[] rules =
        [
            LatentRules.Direct(_sites.Layers), new() { HeldLayers = (0, _sites.Layers - 1), HoldsAttention = false },
            LatentRules.Unfrozen,
        ];
        HeldPrompt[] held = [.. rules.Select(r => new HeldPrompt(_sites, _graph.Tokens, r, _graph.Tokens.Count))];
        List<EdgeEffect> effects = [];
        TrialSource[][] batches = [.. sources.GroupBy(FirstLayer).SelectMany(layer => layer.Chunk(size))];
        for (int b = 0; b < batches.Length; b++)
        {
            effects.AddRange(Of(batches[b], held));
            progress?.Invoke((b + 1.0) / batches.Length);
        }
        foreach (HeldPrompt prompt in held)
            prompt.Dispose();
        return new([.. _pairs.Sources.Select(s => s.Name)], _pairs.Groups,
            [.. effects.OrderBy(e => e.Source).ThenBy(e => e.Place).ThenBy(e => e.IsControl)]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _reader.Dispose();
    }

    IEnumerable<EdgeEffect> Of(TrialSource[] batch, HeldPrompt[] held)
    {
        TrialEdge[][] edges = [.. batch.Select(_pairs.EdgesOf)];
        TraceNode[] targets = [.. edges.SelectMany(e => e.Select(edge => edge.Target)).Distinct()];
        double[][,] found = new double[held.Length][,];
        float[] times = [.. batch.Select(source => Times(source, held[0]))];
        for (int mode = 0; mode < held.Length; mode++)
        {
            Variant[] variants = [.. batch.Select((source, v) => mode == 0 ? Removed(source, times[v]) : Ablated(source))];
            (Run run, _) = held[mode].Run(variants, _reader.Record(targets), lastOnly: true);
            using (run)
                found[mode] = _reader.Changes(targets, held[mode].Base, run, batch.Length, isFrozen: mode == 0);
        }
        Dictionary<TraceNode, int> places = targets.Select((target, i) => (target, i)).ToDictionary(t => t.target, t => t.i);
        for (int v = 0; v < batch.Length; v++)
            foreach (TrialEdge edge in edges[v])
            {
                int t = places[edge.Target];
                yield return new(batch[v].Place, edge.Place, edge.Target, edge.IsControl, edge.IsPart, edge.Weight,
                    -found[0][v, t] / times[v],
                    -found[1][v, t], edge.Total, -found[2][v, t]);
            }
    }

    // What a source writes is taken away, so many times.
    Variant Removed(TrialSource source, float times) => new([], [.. source.Members.SelectMany(_nodes.Pushes)
        .Select(push => push with { Vector = [.. push.Vector.Select(x => -times * x)] })]);

    Variant Ablated(TrialSource source) => new(
        [.. source.Members.Where(n => n.Kind == TraceNodeKind.Latent)
            .Select(n => LatentIntervention.At(n.Layer, n.Index, n.Position, 0))],
        [.. source.Members.Where(n => n.Kind != TraceNodeKind.Latent).SelectMany(_nodes.Pushes)
            .Select(push => push with { Vector = [.. push.Vector.Select(x => -x)] })]);

    // So often that what is taken away is many times what the stream holds.
    float Times(TrialSource source, HeldPrompt held)
    {
        double largest = 0;
        foreach (Push push in source.Members.SelectMany(_nodes.Pushes))
            largest = Math.Max(largest, Norm(push.Vector));
        double stream = 0;
        Tensor last = held.Base[Site.ResidPre.At(_sites.Layers - 1)];
        for (int p = 0; p < last.Shape[1]; p++)
            stream = Math.Max(stream, Norm(last.Data.Slice(p * last.Shape[2], last.Shape[2])));
        float times = 1;
        while (largest > 0 && times * largest < 256 * stream && times < 1 << 24)
            times *= 2;
        return times;
    }

    int FirstLayer(TrialSource source) => source.Members.Min(n => Math.Max(0, n.Layer));

    static double Norm(ReadOnlySpan<float> x) => Math.Sqrt(Reduce.SumOfSquares(x));
}
