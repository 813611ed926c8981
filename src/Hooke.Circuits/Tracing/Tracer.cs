using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Traces a prompt: which token, latent, error and bias adds how much to what, directly.</summary>
public sealed class Tracer
{
    readonly LocalReplacement _model;
    readonly TraceRequest _request;
    readonly SourceSpace _space;
    readonly LatentRows _latentRows;
    readonly RowBatches _batches;

    Tracer(LocalReplacement model, TraceRequest request)
    {
        (_model, _request, _space) = (model, request.Checked(), new SourceSpace(model));
        (_latentRows, _batches) = (new(model, _space), new(model, _space, request.MaxEdgesPerNode));
    }

    /// <summary>The graph of a prompt.</summary>
    /// <remarks>
    /// The same bytes whatever the number of threads. Where not all latents are traced, those of most influence on the targets
    /// in the rows so far come first, round by round, as in circuit-tracer.
    /// </remarks>
    /// <exception cref="InputException">A target does not exist, or the request has none or no room.</exception>
    public static AttributionGraph Trace(LocalReplacement replacement, TraceRequest request) =>
        new Tracer(replacement, request).Trace();

    /// <summary>What tracing will keep and need at most.</summary>
    /// <exception cref="InputException">The request has no target or no room.</exception>
    public static TraceMemory Memory(LocalReplacement replacement, TraceRequest request)
    {
        Tracer tracer = new(replacement, request);
        return TraceMemory.Of(replacement, request, tracer._space, tracer._batches);
    }

    AttributionGraph Trace()
    {
        TraceRow[] targets = _batches.Rows([.. _request.Targets.Select(target => target.Inject(_model, _space))]);
        TraceRow?[] latents = new TraceRow?[_space.Latents];
        int most = Math.Min(_request.MaxLatents ?? _space.Latents, _space.Latents);
        if (most == _space.Latents)
            AddRows(latents, Enumerable.Range(0, most));
        else
            for (int traced = 0; traced < most;)
            {
                int[] round = [.. PartialInfluence.Ranked(_model, _space, _request.Targets, targets, latents)
                    .Take(Math.Min(_request.LatentsPerRound, most - traced)).Order()];
                AddRows(latents, round);
                traced += round.Length;
            }
        return GraphAssembly.Of(_model, _space, _request.Targets, targets, latents);
    }

    void AddRows(TraceRow?[] rows, IEnumerable<int> latents)
    {
        // Few at a time: directions of all latents together would take as much as the encoders.
        foreach (int[] some in latents.Chunk(_batches.Targets))
        {
            TraceRow[] found = _batches.Rows(_latentRows.Of([.. some.Select(i =>
                (_model.Latents[i].Layer, _model.Latents[i].Position, _model.Latents[i].Index))]));
            for (int i = 0; i < some.Length; i++)
                rows[some[i]] = found[i];
        }
    }
}

/// <summary>What tracing keeps and needs at most.</summary>
/// <param name="Edges">How many edges are kept at most.</param>
/// <param name="EdgeBytes">What they take.</param>
/// <param name="HeldBytes">What the prompt's patterns, errors and embeddings take, as recorded and as held.</param>
/// <param name="WorkingBytes">What rows and gradients take while they are computed.</param>
public sealed record TraceMemory(long Edges, long EdgeBytes, long HeldBytes, long WorkingBytes)
{
    /// <summary>All of it; the model, its transcoders and the runtime come on top.</summary>
    public long Bytes => EdgeBytes + HeldBytes + WorkingBytes;

    internal static TraceMemory Of(LocalReplacement model, TraceRequest request, SourceSpace space, RowBatches batches)
    {
        // A latent's sources: all of lower layers and no later positions, as many biases as there are.
        long[] active = new long[space.Positions];
        int layers = model.Model.Config.NLayers, constants = space.Count - space.FirstBias;
        List<(long Sources, int Count)> rows = [];
        for (int layer = 0; layer < layers; layer++)
        {
            long below = 0;
            for (int p = 0; p < space.Positions; p++)
            {
                below += active[p];
                (int from, int to) = model.LatentsAt(layer, p);
                rows.Add((Kept(below + ((layer + 1L) * (p + 1))), to - from));
            }
            for (int p = 0; p < space.Positions; p++)
                active[p] += model.LatentsAt(layer, p).To - model.LatentsAt(layer, p).From;
        }
        long left = Math.Min(request.MaxLatents ?? space.Latents, space.Latents);
        long edges = request.Targets.Count * Kept(space.FirstBias);
        foreach ((long sources, int count) in rows.OrderByDescending(row => row.Sources))
        {
            edges += sources * Math.Min(left, count);
            left -= Math.Min(left, count);
        }
        long held = layers * (long)space.Positions
            * (((long)model.Model.Config.NHeads * space.Positions) + (2L * model.Model.Config.DModel));
        return new(edges, edges * (sizeof(int) + sizeof(float)), 2 * sizeof(float) * held, batches.WorkingBytes);

        long Kept(long sources) => Math.Min(sources, request.MaxEdgesPerNode ?? long.MaxValue) + constants;
    }
}
