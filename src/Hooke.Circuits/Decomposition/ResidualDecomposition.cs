using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>The residual stream as the sum of what wrote it: embeddings, heads, attention biases, MLPs or their neurons.</summary>
/// <remarks>The parts of any depth add up to its stream within float error. Source: Elhage et al. 2021.</remarks>
public sealed class ResidualDecomposition : IDisposable
{
    readonly Model _model;
    readonly Run _run;

    /// <summary>Runs prompts and keeps what their streams are made of.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The prompts.</param>
    public ResidualDecomposition(Model model, TokenBatch tokens)
    {
        _model = model;
        TransformerConfig config = model.Config;
        List<Address> record = [Site.Embed.At()];
        if (config.Positions == PositionKind.Learned)
            record.Add(Site.PosEmbed.At());
        for (int layer = 0; layer < config.NLayers; layer++)
            record.AddRange([
                Site.ResidPre.At(layer), Site.Z.At(layer), Site.AttnOut.At(layer), Site.MlpPost.At(layer), Site.MlpOut.At(layer)]);
        record.Add(Site.ResidPost.At(config.NLayers - 1));
        _run = model.Run(tokens, new Plan { Record = record, LastLogitsOnly = true });
    }

    /// <summary>The prompts.</summary>
    public TokenBatch Tokens => _run.Tokens;

    /// <summary>The stream itself [batch, pos, d_model].</summary>
    /// <param name="layer">The layer that it enters; the number of layers for what the final norm reads.</param>
    public Tensor Stream(int layer) => layer < _model.Config.NLayers
        ? _run[Site.ResidPre.At(layer)]
        : _run[Site.ResidPost.At(_model.Config.NLayers - 1)];

    /// <summary>
    /// The parts of the stream that enters a layer, in the order in which they were written, one at a time: each
    /// [batch, pos, d_model], the caller's to dispose.
    /// </summary>
    /// <param name="layer">The layer; the number of layers for what the final norm reads.</param>
    /// <param name="neurons">Whether MLPs are taken apart into neurons and their bias.</param>
    public IEnumerable<(StreamPart Part, Tensor Value)> Parts(int layer, bool neurons = false)
    {
        yield return (new(StreamPartKind.Embedding), _run[Site.Embed.At()].Share());
        if (_model.Config.Positions == PositionKind.Learned)
            yield return (new(StreamPartKind.PositionEmbedding), _run[Site.PosEmbed.At()].Share());
        for (int below = 0; below < layer; below++)
        {
            foreach ((StreamPart, Tensor) part in Heads(below))
                yield return part;
            foreach ((StreamPart, Tensor) part in neurons
                ? Neurons(below)
                : [(new(StreamPartKind.Mlp, below), _run[Site.MlpOut.At(below)].Share())])
                yield return part;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    IEnumerable<(StreamPart, Tensor)> Heads(int layer)
    {
        using Tensor results = Ops.HeadOutputs(_run[Site.Z.At(layer)], _model.Weights[$"blocks.{layer}.attn.W_O"]);
        for (int head = 0; head < _model.Config.NHeads; head++)
            yield return (new(StreamPartKind.Head, layer, head), HeadOf(results, head));
        if (FrozenNorm.Weight(_model, $"blocks.{layer}.attn.b_O") is { } bias)
            yield return (new(StreamPartKind.AttentionBias, layer), Repeated(bias));
    }

    IEnumerable<(StreamPart, Tensor)> Neurons(int layer)
    {
        Tensor post = _run[Site.MlpPost.At(layer)], weight = _model.Weights[$"blocks.{layer}.mlp.W_out"];
        for (int neuron = 0; neuron < _model.Config.DMlp; neuron++)
            yield return (new(StreamPartKind.Neuron, layer, neuron), NeuronOf(post, weight, neuron));
        if (FrozenNorm.Weight(_model, $"blocks.{layer}.mlp.b_out") is { } bias)
            yield return (new(StreamPartKind.MlpBias, layer), Repeated(bias));
    }

    Tensor HeadOf(Tensor results, int head)
    {
        (int heads, int width) = (results.Shape[2], results.Shape[3]);
        Tensor part = Tensor.Zeros(Tokens.Count, Tokens.Positions, width);
        for (int row = 0; row < Tokens.Count * Tokens.Positions; row++)
            results.Data.Slice(((row * heads) + head) * width, width).CopyTo(part.Data[(row * width)..]);
        return part;
    }

    Tensor NeuronOf(Tensor post, Tensor weight, int neuron)
    {
        int width = weight.Shape[^1];
        Tensor part = Tensor.Zeros(Tokens.Count, Tokens.Positions, width);
        ReadOnlySpan<float> direction = weight.Data.Slice(neuron * width, width);
        for (int row = 0; row < Tokens.Count * Tokens.Positions; row++)
            for (int i = 0; i < width; i++)
                part.Data[(row * width) + i] = post.Data[(row * post.Shape[^1]) + neuron] * direction[i];
        return part;
    }

    Tensor Repeated(Tensor vector)
    {
        int width = vector.Shape.Count;
        Tensor part = Tensor.Zeros(Tokens.Count, Tokens.Positions, width);
        for (int row = 0; row < Tokens.Count * Tokens.Positions; row++)
            vector.Data.CopyTo(part.Data[(row * width)..]);
        return part;
    }
}
