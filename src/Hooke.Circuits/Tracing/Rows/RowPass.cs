using Hooke.Dictionaries;
using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>
/// Rows of many targets at once: their gradients go down the frozen layers together, and are multiplied by what latents, errors
/// and biases write where they write it.
/// </summary>
sealed class RowPass(LocalReplacement model, SourceSpace space)
{
    readonly int _width = model.Model.Config.DModel;

    /// <summary>Adds every target's edges to its row of <paramref name="dense"/> [targets, columns].</summary>
    public void Run(IReadOnlyList<Injection> targets, float[] dense)
    {
        for (int t = 0; t < targets.Count; t++)
            foreach ((int column, float weight) in targets[t].Constants)
                dense[((long)t * space.Count) + column] += weight;
        int layers = model.Model.Config.NLayers;
        Flow full = Flow.Empty(_width, isLastOnly: false), fresh = Entering(targets, 2 * layers);
        for (int layer = layers - 1; layer >= 0; layer--)
        {
            Written(layer, full, dense);
            Written(layer, fresh, dense);
            (full, fresh) = Below(layer, targets, full, fresh, dense);
            fresh.Dispose();
            fresh = Entering(targets, 2 * layer);
        }
        Embedded(full, dense);
        Embedded(fresh, dense);
        full.Dispose();
        fresh.Dispose();
    }

    // Through a layer's MLP, which only skips are left of, and its attention; takes both over. None is fresh any more.
    (Flow Full, Flow Fresh) Below(int layer, IReadOnlyList<Injection> targets, Flow full, Flow fresh, float[] dense)
    {
        using Tensor? fullSkip = Skipped(layer, full), freshSkip = Skipped(layer, fresh);
        bool skipsToStream = !model.Sites.ReadsBeforeAttention;
        if (skipsToStream)
        {
            Add(full.Rows, fullSkip);
            Add(fresh.Rows, freshSkip);
        }
        Flow entered = Entering(targets, (2 * layer) + 1), before = Joined(fresh, entered);
        AddBiases(model.AttentionBiases(layer), layer, full, dense);
        AddBiases(model.AttentionBiases(layer), layer, before, dense);
        FrozenLayer frozen = model.Layer(layer);
        Tensor fromFull = frozen.AttentionBack(full.Rows, full.Lengths);
        Tensor fromFresh = frozen.AttentionBackFromLast(before.Rows, before.Lengths);
        Add(fromFull, full.Rows);
        Flow spread = new(before.Targets, before.Lengths, fromFresh, IsLastOnly: false);
        for (int t = 0; t < before.Targets.Length; t++)
            if (!targets[before.Targets[t]].IsAttentionOnly)
                TensorPrimitives.Add(spread.Row(spread.Starts[t + 1] - 1), before.Row(t), spread.Row(spread.Starts[t + 1] - 1));
        if (!skipsToStream)
        {
            Add(fromFull, fullSkip);
            for (int t = 0; freshSkip is not null && t < fresh.Targets.Length; t++)
                TensorPrimitives.Add(spread.Row(spread.Starts[t + 1] - 1), freshSkip.Data.Slice(t * _width, _width),
                    spread.Row(spread.Starts[t + 1] - 1));
        }
        Flow all = Joined(full.With(fromFull), spread);
        full.Dispose();
        before.Dispose();
        return (all, Flow.Empty(_width, isLastOnly: true));
    }

    // What latents, errors, biases and zeroed positions write in a layer.
    void Written(int layer, Flow flow, float[] dense)
    {
        if (flow.Targets.Length == 0)
            return;
        using Flow written = flow.With(model.Layer(layer).Writes.PullBack(flow.Rows, flow.Positions));
        AddBiases(model.BiasesWritten(layer), layer, written, dense);
        Work.For(space.Positions, position => WrittenAt(layer, position, written, dense));
    }

    void WrittenAt(int layer, int position, Flow written, float[] dense)
    {
        int[] at = [.. Enumerable.Range(0, written.Targets.Length).Where(t => written.RowOf(t, position) >= 0)];
        if (at.Length == 0)
            return;
        using Tensor rows = Ops.Gather(written.Rows, [.. at.Select(t => written.RowOf(t, position))]);
        long[] starts = [.. at.Select(t => (long)written.Targets[t] * space.Count)];
        bool isZeroed = position < model.Settings.ZeroedPositions;
        AddProducts(rows, starts, (isZeroed ? model.Zeroed(layer) : model.Errors(layer)).Data.Slice(position * _width, _width),
            isZeroed ? space.FirstZeroed + position : space.FirstError + (layer * space.Positions) + position, dense);
        for (int c = 0; c <= layer; c++)
            foreach (int output in model.Sites.OutputsTo(c, layer))
                AddLatents(rows, starts, c, position, model.Coders.Coders[c].Weights.Decoders[output], dense);
    }

    void AddLatents(Tensor rows, long[] starts, int coder, int position, CoderDecoder decoder, float[] dense)
    {
        (int from, int to) = model.LatentsAt(coder, position);
        if (from == to)
            return;
        int[] indices = new int[to - from];
        float[] activations = new float[to - from];
        for (int i = from; i < to; i++)
            (indices[i - from], activations[i - from]) = (model.Latents[i].Index, model.Latents[i].Activation);
        using Tensor directions = Ops.Gather(decoder.Weight, indices), products = Ops.MatMul(rows, directions, transposed: true);
        for (int r = 0; r < starts.Length; r++)
        {
            Span<float> into = dense.AsSpan(checked((int)(starts[r] + from)), activations.Length);
            TensorPrimitives.MultiplyAdd(
                products.Data.Slice(r * activations.Length, activations.Length), activations, into, into);
        }
    }

    static void AddProducts(Tensor rows, long[] starts, ReadOnlySpan<float> vector, int column, float[] dense)
    {
        for (int r = 0; r < starts.Length; r++)
            dense[starts[r] + column] += Reduce.Dot(rows.Data.Slice(r * vector.Length, vector.Length), vector);
    }

    // Σ over positions of gradient · vector / scale.
    void AddBiases(IReadOnlyList<BiasPart> parts, int layer, Flow flow, float[] dense)
    {
        if (parts.Count == 0 || flow.Targets.Length == 0)
            return;
        Work.For(flow.Targets.Length, 1, (start, end) =>
        {
            float[] sum = new float[_width];
            for (int t = start; t < end; t++)
                foreach (BiasPart part in parts)
                {
                    Array.Clear(sum);
                    for (int row = flow.Starts[t]; row < flow.Starts[t + 1]; row++)
                        if (part.Scales is { } scales)
                            TensorPrimitives.MultiplyAdd(flow.Row(row), 1 / scales[flow.Positions[row]], sum, sum);
                        else
                            TensorPrimitives.Add(flow.Row(row), sum, sum);
                    dense[((long)flow.Targets[t] * space.Count) + space.Bias(part.Name, layer)] += Reduce.Dot(sum, part.Vector);
                }
        });
    }

    void Embedded(Flow flow, float[] dense) => Work.For(flow.Targets.Length, 1, (start, end) =>
    {
        for (int t = start; t < end; t++)
        {
            long first = (long)flow.Targets[t] * space.Count;
            float positions = 0;
            for (int row = flow.Starts[t]; row < flow.Starts[t + 1]; row++)
            {
                int at = flow.Positions[row] * _width;
                dense[first + space.FirstToken + flow.Positions[row]] +=
                    Reduce.Dot(flow.Row(row), model.Embedding.Data.Slice(at, _width));
                if (model.PositionEmbedding is { } embedding)
                    positions += Reduce.Dot(flow.Row(row), embedding.Data.Slice(at, _width));
            }
            if (model.PositionEmbedding is not null)
                dense[first + space.Bias(BiasPart.Position, -1)] += positions;
        }
    });

    // What a skip transcoder passes on from what it writes to the stream that it reads, or null where none skips.
    Tensor? Skipped(int layer, Flow flow)
    {
        Tensor? sum = null;
        foreach (int output in model.Sites.OutputsTo(layer, layer))
            if (flow.Targets.Length > 0 && model.Coders.Coders[layer].Weights.Decoders[output].Skip is { } skip)
            {
                using Tensor written = model.Layer(layer).Writes.PullBack(flow.Rows, flow.Positions);
                using Tensor read = Ops.MatMul(written, skip, transposed: true);
                sum = model.Layer(layer).Reads.PullBack(read, flow.Positions);
            }
        return sum;
    }

    Flow Entering(IReadOnlyList<Injection> targets, int point)
    {
        int[] entering = [.. Enumerable.Range(0, targets.Count).Where(t => targets[t].Point == point)];
        Tensor rows = Tensor.Zeros(entering.Length, _width);
        for (int i = 0; i < entering.Length; i++)
            targets[entering[i]].Gradient.CopyTo(rows.Data[(i * _width)..]);
        return new(entering, [.. entering.Select(t => targets[t].Position + 1)], rows, IsLastOnly: true);
    }

    // One after the other; takes both over.
    static Flow Joined(Flow a, Flow b)
    {
        if (b.Targets.Length == 0 || a.Targets.Length == 0)
        {
            (a, b) = a.Targets.Length == 0 ? (b, a) : (a, b);
            b.Dispose();
            return a;
        }
        Tensor rows = Tensor.Zeros(a.Rows.Shape[0] + b.Rows.Shape[0], a.Rows.Shape[1]);
        a.Rows.Data.CopyTo(rows.Data);
        b.Rows.Data.CopyTo(rows.Data[a.Rows.Shape.Count..]);
        Flow joined = new([.. a.Targets, .. b.Targets], [.. a.Lengths, .. b.Lengths], rows, a.IsLastOnly);
        a.Dispose();
        b.Dispose();
        return joined;
    }

    static void Add(Tensor to, Tensor? what)
    {
        if (what is null)
            return;
        int width = to.Shape[^1];
        Work.For(to.Shape[0], Flow.Grain(width), (start, end) =>
        {
            Span<float> into = to.Data[(start * width)..(end * width)];
            TensorPrimitives.Add(into, what.Data[(start * width)..(end * width)], into);
        });
    }
}
