using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// What the frozen stream of a prompt is the sum of, besides biases: tokens, active latents, and errors, which are what the
/// transcoders miss of what the MLPs wrote.
/// </summary>
sealed class PromptNodes
{
    readonly TranscoderSites _sites;
    readonly FrozenStream _stream;
    readonly float[][] _errors; // [layer][pos · d_model]

    public PromptNodes(TranscoderSites sites, FrozenStream stream)
    {
        (_sites, _stream) = (sites, stream);
        List<TraceNode> nodes = [];
        Tensor[] inputs = [.. Enumerable.Range(0, sites.Layers).Select(l => sites.Input(l, stream.Run[sites.Read(l)]))];
        SparseLatents[] latents = [.. inputs.Select((x, layer) => sites.Transcoders.Coders[layer].EncodeSparse(x))];
        for (int layer = 0; layer < sites.Layers; layer++)
            for (int p = 0; p < stream.Positions; p++)
                for (int i = 0; i < latents[layer].LatentsOf(p).Length; i++)
                    nodes.Add(Latent(layer, p, latents[layer].LatentsOf(p)[i], latents[layer].ValuesOf(p)[i]));
        Tensor[] outputs = [.. Enumerable.Range(0, sites.Layers).Select(layer => sites.Reconstruct(layer, latents, inputs))];
        _errors = [.. outputs.Select((output, layer) => Difference(stream.Run[sites.Write(layer)], output))];
        foreach (Tensor tensor in inputs.Concat(outputs))
            tensor.Dispose();
        for (int layer = 0; layer < sites.Layers; layer++)
            for (int p = 0; p < stream.Positions; p++)
                nodes.Add(new() { Kind = TraceNodeKind.Error, Layer = layer, Position = p });
        for (int p = 0; p < stream.Positions; p++)
            nodes.Add(new() { Kind = TraceNodeKind.Token, Layer = -1, Position = p, Index = stream.Run.Tokens.Prompt(0)[p] });
        Nodes = nodes;
    }

    /// <summary>The nodes: latents, errors, tokens.</summary>
    public IReadOnlyList<TraceNode> Nodes { get; }

    /// <summary>What a node adds to the stream, and where.</summary>
    /// <exception cref="InputException">There is no such node on this prompt.</exception>
    public IReadOnlyList<Push> Pushes(TraceNode node)
    {
        if ((uint)node.Position >= (uint)_stream.Positions)
            throw new InputException($"position {node.Position}: the prompt has positions 0..{_stream.Positions - 1}");
        switch (node.Kind)
        {
            case TraceNodeKind.Token:
                return [new(Site.ResidPre.At(0), node.Position, Embedding(_stream.Run.Tokens.Prompt(0)[node.Position]))];
            case TraceNodeKind.Error:
                return [new(_sites.Write(node.Layer), node.Position, Error(node.Layer, node.Position).ToArray())];
            case TraceNodeKind.Latent:
                return [.. _sites.Writes(node.Layer).Select((at, o) => new Push(at, node.Position,
                    Times(_sites.Direction(node.Layer, node.Index, o), node.Value)))];
            default:
                throw new InputException($"a {node.Kind} node writes at no one place");
        }
    }

    /// <summary>What each node gives a direction whose gradients are these.</summary>
    /// <param name="gradients">Of the streams, stage by stage up to that of the direction.</param>
    public float[] Read(Tensor[] gradients)
    {
        int width = _sites.Model.Config.DModel, stages = gradients.Length;
        Tensor?[] written = [.. Enumerable.Range(0, _sites.Layers)
            .Select(l => (2 * l) + 2 < stages ? _stream.AtWrite(l, gradients) : null)];
        float[] given = new float[Nodes.Count];
        float[][] embeddings = [.. _stream.Run.Tokens.Prompt(0).ToArray().Select(Embedding)];
        Work.For(given.Length, 64, (start, end) =>
        {
            for (int i = start; i < end; i++)
                given[i] = Given(Nodes[i], written, gradients[0], width, embeddings);
        });
        FrozenStream.Dispose(written.OfType<Tensor>());
        return given;
    }

    float Given(TraceNode node, Tensor?[] written, Tensor first, int width, float[][] embeddings)
    {
        Range row = (node.Position * width)..((node.Position + 1) * width);
        if (node.Kind == TraceNodeKind.Token)
            return Reduce.Dot(first.Data[row], embeddings[node.Position]);
        if (node.Kind == TraceNodeKind.Error)
            return written[node.Layer] is { } here ? Reduce.Dot(here.Data[row], Error(node.Layer, node.Position)) : 0;
        float sum = 0;
        for (int o = 0; o < _sites.Writes(node.Layer).Count; o++)
            if (written[node.Layer + o] is { } there)
                sum += Reduce.Dot(there.Data[row], _sites.Direction(node.Layer, node.Index, o));
        return sum * node.Value;
    }

    ReadOnlySpan<float> Error(int layer, int position)
    {
        int width = _sites.Model.Config.DModel;
        return _errors[layer].AsSpan(position * width, width);
    }

    float[] Embedding(int token)
    {
        using Tensor row = Ops.Gather(_sites.Model.Weights["embed.W_E"], [token]);
        return Times(row.Data, _sites.Model.Config.EmbeddingScale);
    }

    static TraceNode Latent(int layer, int position, int index, float value) =>
        new() { Kind = TraceNodeKind.Latent, Layer = layer, Position = position, Index = index, Value = value };

    static float[] Difference(Tensor actual, Tensor said)
    {
        float[] difference = new float[actual.Shape.Count];
        System.Numerics.Tensors.TensorPrimitives.Subtract(actual.Data, said.Data, difference);
        return difference;
    }

    static float[] Times(ReadOnlySpan<float> vector, float factor)
    {
        float[] scaled = new float[vector.Length];
        System.Numerics.Tensors.TensorPrimitives.Multiply(vector, factor, scaled);
        return scaled;
    }
}
