using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Rows of targets, so many at a time that what is computed on the way stays within bounds, as sparse rows.</summary>
sealed class RowBatches
{
    const long MostBytes = 128L << 20;
    const int MostTargets = 256;
    const int RowsAlive = 5; // gradients, and what attention makes of them step by step

    readonly RowPass _pass;
    readonly SourceSpace _space;
    readonly int? _mostEdges;
    readonly float[] _dense;

    public RowBatches(LocalReplacement model, SourceSpace space, int? mostEdges)
    {
        (_pass, _space, _mostEdges) = (new RowPass(model, space), space, mostEdges);
        long perTarget = sizeof(float)
            * (space.Count + ((long)RowsAlive * space.Positions * model.Model.Config.DModel));
        Targets = (int)Math.Clamp(MostBytes / perTarget, 1, MostTargets);
        WorkingBytes = Targets * perTarget;
        _dense = new float[checked((long)Targets * space.Count)];
    }

    /// <summary>How many targets are computed together.</summary>
    public int Targets { get; }

    /// <summary>What one batch takes.</summary>
    public long WorkingBytes { get; }

    /// <summary>The rows of targets.</summary>
    public TraceRow[] Rows(IReadOnlyList<Injection> targets)
    {
        TraceRow[] rows = new TraceRow[targets.Count];
        for (int first = 0; first < targets.Count; first += Targets)
        {
            Injection[] batch = [.. targets.Skip(first).Take(Targets)];
            Array.Clear(_dense);
            _pass.Run(batch, _dense);
            int at = first;
            Work.For(batch.Length, 4, (start, end) =>
            {
                for (int t = start; t < end; t++)
                    rows[at + t] = Sparse(_dense.AsSpan(t * _space.Count, _space.Count));
            });
        }
        return rows;
    }

    TraceRow Sparse(Span<float> dense)
    {
        if (_mostEdges is { } most)
            DropSmallest(dense, most);
        int count = 0;
        foreach (float weight in dense)
            count += weight != 0 ? 1 : 0;
        (int[] sources, float[] weights) = (new int[count], new float[count]);
        for (int column = 0, at = 0; at < count; column++)
            if (dense[column] != 0)
                (sources[at], weights[at++]) = (column, dense[column]);
        return new(sources, weights);
    }

    // All but the largest edges from latents, errors and tokens go into one column; of equal ones the first are kept.
    void DropSmallest(Span<float> dense, int most)
    {
        Span<float> droppable = dense[.._space.FirstBias];
        List<float> sizes = [];
        foreach (float weight in droppable)
            if (weight != 0)
                sizes.Add(Math.Abs(weight));
        if (sizes.Count <= most)
            return;
        sizes.Sort();
        float least = sizes[^most];
        int ties = most;
        foreach (float weight in droppable)
            ties -= Math.Abs(weight) > least ? 1 : 0;
        double dropped = 0;
        foreach (ref float weight in droppable)
            if (Math.Abs(weight) < least || (Math.Abs(weight) == least && --ties < 0))
                (dropped, weight) = (dropped + weight, 0);
        dense[_space.Dropped] = (float)dropped;
    }
}
