namespace Hooke.Circuits;

/// <summary>Puts rows together into a graph.</summary>
static class GraphAssembly
{
    const string ZeroedPositions = "zeroed positions", UntracedLatents = "untraced latents", DroppedEdges = "dropped edges";

    /// <summary>The graph of the latents that have rows, and of the targets; takes the rows over.</summary>
    public static AttributionGraph Of(
        LocalReplacement model, SourceSpace space, IReadOnlyList<TraceTarget> targets, TraceRow[] targetRows,
        TraceRow?[] latentRows)
    {
        int[] traced = [.. Enumerable.Range(0, space.Latents).Where(i => latentRows[i] is not null)];
        int constants = space.FirstBias - space.FirstError, biases = space.FirstZeroed - space.FirstBias;
        int firstRemainder = traced.Length + constants + biases;
        // A column's node; columns of one remainder share one.
        int[] nodeOf = new int[space.Count];
        Array.Fill(nodeOf, firstRemainder + 1, 0, space.Latents);
        for (int i = 0; i < traced.Length; i++)
            nodeOf[traced[i]] = i;
        for (int column = space.FirstError; column < space.FirstZeroed; column++)
            nodeOf[column] = column - space.FirstError + traced.Length;
        Array.Fill(nodeOf, firstRemainder, space.FirstZeroed, space.Dropped - space.FirstZeroed);
        nodeOf[space.Dropped] = firstRemainder + 2;
        TraceNode[] nodes = [.. Nodes(model, space, traced), .. targets.Select(target => target.Node(model))];
        (int[][] sources, float[][] weights) = (new int[nodes.Length][], new float[nodes.Length][]);
        Array.Fill(sources, []);
        Array.Fill(weights, []);
        for (int i = 0; i < traced.Length; i++)
            (sources[i], weights[i]) = Renumbered(latentRows[traced[i]]!.Value, nodeOf, firstRemainder);
        for (int t = 0; t < targets.Count; t++)
            (sources[^(targets.Count - t)], weights[^(targets.Count - t)]) =
                Renumbered(targetRows[t], nodeOf, firstRemainder);
        return new AttributionGraph(model.Tokens, nodes, sources, weights);
    }

    static IEnumerable<TraceNode> Nodes(LocalReplacement model, SourceSpace space, int[] traced)
    {
        foreach (ActiveLatent latent in traced.Select(i => model.Latents[i]))
            yield return new()
            {
                Kind = TraceNodeKind.Latent,
                Layer = latent.Layer,
                Position = latent.Position,
                Index = latent.Index,
                Value = latent.Activation,
            };
        for (int error = 0; error < space.FirstToken - space.FirstError; error++)
            yield return new()
            {
                Kind = TraceNodeKind.Error,
                Layer = error / space.Positions,
                Position = error % space.Positions,
            };
        for (int p = 0; p < space.Positions; p++)
            yield return new() { Kind = TraceNodeKind.Token, Layer = -1, Position = p, Index = model.Tokens[p] };
        foreach ((string name, int layer) in space.Biases)
            yield return new() { Kind = TraceNodeKind.Bias, Layer = layer, Position = -1, Name = name };
        foreach (string name in new[] { ZeroedPositions, UntracedLatents, DroppedEdges })
            yield return new() { Kind = TraceNodeKind.Remainder, Layer = -1, Position = -1, Name = name };
    }

    // Sources in rising order; what goes into remainders is summed.
    static (int[] Sources, float[] Weights) Renumbered(TraceRow row, int[] nodeOf, int firstRemainder)
    {
        double[] remainders = new double[3];
        int kept = 0;
        for (int i = 0; i < row.Sources.Length; i++)
        {
            int node = nodeOf[row.Sources[i]];
            if (node >= firstRemainder)
                remainders[node - firstRemainder] += row.Weights[i];
            else
                (row.Sources[kept], row.Weights[kept++]) = (node, row.Weights[i]);
        }
        int extra = remainders.Count(sum => sum != 0);
        (int[] sources, float[] weights) = (row.Sources, row.Weights);
        if (kept + extra != sources.Length)
        {
            Array.Resize(ref sources, kept + extra);
            Array.Resize(ref weights, kept + extra);
        }
        for (int r = 0; r < remainders.Length; r++)
            if (remainders[r] != 0)
                (sources[kept], weights[kept++]) = (firstRemainder + r, (float)remainders[r]);
        return (sources, weights);
    }
}
