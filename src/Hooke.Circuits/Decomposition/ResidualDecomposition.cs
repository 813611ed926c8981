using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>The residual stream as the sum of what wrote it: embeddings, heads, biases, MLPs or their neurons.</summary>
/// <remarks>The parts of any depth add up to its stream within float error. Source: Elhage et al. 2021.</remarks>
public sealed class ResidualDecomposition : IDisposable
{
    readonly Model _model;
    readonly Run _run;
    readonly bool _neurons;

    /// <summary>Runs prompts and keeps what their streams are made of.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The prompts.</param>
    /// <param name="neurons">Whether MLPs are taken apart into neurons and their bias.</param>
    public ResidualDecomposition(Model model, TokenBatch tokens, bool neurons = false)
    {
        (_model, _neurons) = (model, neurons);
        TransformerConfig config = model.Config;
        List<Address> record = [Site.Embed.At(), Site.ResidPost.At(config.NLayers - 1)];
        if (config.Positions == PositionKind.Learned)
            record.Add(Site.PosEmbed.At());
        Site[] sites =
        [
            Site.ResidPre, Site.Z,
            .. config.HasPostNorms ? [Site.Ln1PostScale] : Array.Empty<Site>(),
            .. config.HasMlp ? [neurons ? Site.MlpPost : Site.MlpOut] : Array.Empty<Site>(),
            .. config.HasMlp && config.HasPostNorms && neurons ? [Site.Ln2PostScale] : Array.Empty<Site>(),
        ];
        record.AddRange(Enumerable.Range(0, config.NLayers).SelectMany(layer => sites.Select(site => site.At(layer))));
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
    public IEnumerable<(StreamPart Part, Tensor Value)> Parts(int layer)
    {
        yield return (new(StreamPartKind.Embedding), _run[Site.Embed.At()].Share());
        if (_model.Config.Positions == PositionKind.Learned)
            yield return (new(StreamPartKind.PositionEmbedding), _run[Site.PosEmbed.At()].Share());
        for (int below = 0; below < layer; below++)
        {
            foreach ((StreamPart, Tensor) part in Heads(below))
                yield return part;
            if (!_model.Config.HasMlp)
                continue;
            foreach ((StreamPart, Tensor) part in _neurons ? Neurons(below) : [Mlp(below)])
                yield return part;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    IEnumerable<(StreamPart, Tensor)> Heads(int layer)
    {
        FrozenNorm? norm = FrozenNorm.AfterAttention(_model, layer);
        Address scale = Site.Ln1PostScale.At(layer);
        using Tensor results = Ops.HeadOutputs(_run[Site.Z.At(layer)], _model.Weights[$"blocks.{layer}.attn.W_O"]);
        for (int head = 0; head < _model.Config.NHeads; head++)
            yield return (new(StreamPartKind.Head, layer, head), Passed(HeadOf(results, head), norm, scale));
        if (Bias($"blocks.{layer}.attn.b_O", norm, scale) is { } bias)
            yield return (new(StreamPartKind.AttentionBias, layer), bias);
    }

    (StreamPart, Tensor) Mlp(int layer) => (new(StreamPartKind.Mlp, layer), _run[Site.MlpOut.At(layer)].Share());

    IEnumerable<(StreamPart, Tensor)> Neurons(int layer)
    {
        FrozenNorm? norm = FrozenNorm.AfterMlp(_model, layer);
        Address scale = Site.Ln2PostScale.At(layer);
        Tensor post = _run[Site.MlpPost.At(layer)], weight = _model.Weights[$"blocks.{layer}.mlp.W_out"];
        for (int neuron = 0; neuron < _model.Config.DMlp; neuron++)
            yield return (new(StreamPartKind.Neuron, layer, neuron), Passed(NeuronOf(post, weight, neuron), norm, scale));
        if (Bias($"blocks.{layer}.mlp.b_out", norm, scale) is { } bias)
            yield return (new(StreamPartKind.MlpBias, layer), bias);
    }

    // What a part wrote as it stands in the stream: behind the norm after it, its scale held, where there is one.
    Tensor Passed(Tensor written, FrozenNorm? norm, Address scale)
    {
        if (norm is null)
            return written;
        using Tensor before = written;
        return norm.Apply(before, _run[scale]);
    }

    // An output's bias, and that of the norm after it.
    Tensor? Bias(string name, FrozenNorm? norm, Address scale)
    {
        Tensor? bias = FrozenNorm.Weight(_model, name) is { } vector ? Passed(Repeated(vector), norm, scale) : null;
        if (norm?.Bias is not { } behind)
            return bias;
        using Tensor? before = bias;
        return before is null ? Repeated(behind) : Ops.AddRow(before, behind);
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
        using Tensor row = Ops.Gather(weight, [neuron]);
        ReadOnlySpan<float> direction = row.Data;
        for (int token = 0; token < Tokens.Count * Tokens.Positions; token++)
            for (int i = 0; i < width; i++)
                part.Data[(token * width) + i] = post.Data[(token * post.Shape[^1]) + neuron] * direction[i];
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
