using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>
/// A model on one prompt with transcoders in place of its MLPs: attention patterns and norm scales are held at the prompt's
/// values and what the transcoders miss is added, so that it computes what the model does and is linear in the latents.
/// </summary>
/// <remarks>Source: Ameisen et al. 2025, "Circuit Tracing", and circuit-tracer, which this agrees with.</remarks>
public sealed class LocalReplacement : IDisposable
{
    readonly int[] _firstLatents; // of each layer and position; one more than these
    readonly ActiveLatent[] _latents;
    readonly Tensor[] _errors, _zeroed;
    readonly FrozenLayer[] _layers;
    readonly BiasPart[][] _attentionBiases, _writtenBiases;
    readonly int[] _tokens;

    /// <summary>Runs a prompt and holds what there is to hold.</summary>
    /// <param name="model">The model.</param>
    /// <param name="coders">A transcoder for every layer, in order, or a cross-layer transcoder; stays the caller's.</param>
    /// <param name="tokens">The prompt.</param>
    /// <param name="settings">How transcoders stand in; null for what the set's files say.</param>
    /// <exception cref="InputException">
    /// The set is of another model, misses layers or is not of transcoders, the prompt is empty or too long, or no latent is
    /// active on it.
    /// </exception>
    public LocalReplacement(
        Model model, CoderSet coders, IReadOnlyList<int> tokens, ReplacementSettings? settings = null)
    {
        Settings = settings ?? new();
        if (Settings.ZeroedPositions < 0 || Settings.ZeroedPositions >= tokens.Count)
            throw new InputException($"{Settings.ZeroedPositions} positions are zeroed of a prompt of {tokens.Count} tokens: "
                + "nothing is left to trace");
        Sites = new TranscoderSites(model, coders, Settings.Reads, Settings.Writes);
        Sites.RequireLinear();
        (Model, Coders, _tokens) = (model, coders, [.. tokens]);
        int layers = model.Config.NLayers;
        using Run run = model.Run(new TokenBatch([_tokens]), new Plan { Record = Record(), LastLogitsOnly = false });
        LastLogits = run.LastLogits(0).ToArray();
        Embedding = Flat(run[Site.Embed.At()]);
        PositionEmbedding = model.Config.Positions == PositionKind.Learned ? Flat(run[Site.PosEmbed.At()]) : null;
        FinalPath = FrozenPath.Through(
            FrozenNorm.Of(model, "ln_final"), model.Config.HasNorms ? run[Site.LnFinalScale.At()] : null, withGain: true);
        Tensor[] inputs = [.. Enumerable.Range(0, layers).Select(layer => InputOf(run, layer))];
        SparseLatents[] latents = [.. inputs.Select((x, layer) => coders.Coders[layer].EncodeSparse(x))];
        (_latents, _firstLatents) = Active(latents, Settings.ZeroedPositions);
        if (_latents.Length == 0)
            throw new InputException("no latent is active on this prompt: the dictionary explains nothing of it, so there is "
                + "nothing to trace");
        (_errors, _zeroed) = (new Tensor[layers], new Tensor[layers]);
        UnexplainedShares = [.. Enumerable.Range(0, layers).Select(layer => SetErrors(run, layer, latents, inputs))];
        _layers = [.. Enumerable.Range(0, layers).Select(layer => FrozenLayer.Of(model, run.Recording, Sites, layer))];
        _attentionBiases = [.. Enumerable.Range(0, layers).Select(layer =>
            BiasPart.OfAttention(model, run.Recording, layer).ToArray())];
        _writtenBiases = [.. Enumerable.Range(0, layers).Select(layer => WrittenBiases(layer).ToArray())];
        foreach (Tensor input in inputs)
            input.Dispose();
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The transcoders.</summary>
    public CoderSet Coders { get; }

    /// <summary>The prompt.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>How transcoders stand in.</summary>
    public ReplacementSettings Settings { get; }

    /// <summary>The active latents by layer, position and latent; zeroed positions have none.</summary>
    public IReadOnlyList<ActiveLatent> Latents => _latents;

    /// <summary>The model's logits after the prompt.</summary>
    public IReadOnlyList<float> LastLogits { get; }

    /// <summary>
    /// For each layer Σ ‖error‖² / Σ ‖written − mean‖² over the positions that are not zeroed: 1 and more where the
    /// transcoders explain nothing, as those of another model do.
    /// </summary>
    public IReadOnlyList<double> UnexplainedShares { get; }

    /// <summary>Where transcoders read and write.</summary>
    public TranscoderSites Sites { get; }

    /// <summary>Token embeddings [pos, d_model].</summary>
    internal Tensor Embedding { get; }

    /// <summary>Position embeddings in the stream [pos, d_model], or null.</summary>
    internal Tensor? PositionEmbedding { get; }

    /// <summary>From the last residual stream to what the unembedding reads.</summary>
    internal FrozenPath FinalPath { get; }

    /// <summary>What the transcoders miss in a layer, [pos, d_model]; zero at zeroed positions.</summary>
    public Tensor Errors(int layer) => _errors[layer];

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        PositionEmbedding?.Dispose();
        foreach (Tensor tensor in _errors.Concat(_zeroed))
            tensor.Dispose();
        foreach (FrozenLayer layer in _layers)
            layer.Dispose();
    }

    /// <summary>What latents and errors write in a layer at the zeroed positions, [zeroed, d_model].</summary>
    internal Tensor Zeroed(int layer) => _zeroed[layer];

    internal FrozenLayer Layer(int layer) => _layers[layer];

    /// <summary>Biases that a layer's attention adds to the stream.</summary>
    internal IReadOnlyList<BiasPart> AttentionBiases(int layer) => _attentionBiases[layer];

    /// <summary>Biases in what is written to a layer, at the site that latents write.</summary>
    internal IReadOnlyList<BiasPart> BiasesWritten(int layer) => _writtenBiases[layer];

    /// <summary>The latents of a layer at a position: from the first on to before the second.</summary>
    internal (int From, int To) LatentsAt(int layer, int position) =>
        (_firstLatents[(layer * _tokens.Length) + position], _firstLatents[(layer * _tokens.Length) + position + 1]);

    IReadOnlyList<Address> Record() =>
    [
        Site.Embed.At(),
        .. Model.Config.Positions == PositionKind.Learned ? [Site.PosEmbed.At()] : Array.Empty<Address>(),
        .. Model.Config.HasNorms ? [Site.LnFinalScale.At()] : Array.Empty<Address>(),
        .. Enumerable.Range(0, Model.Config.NLayers).SelectMany(layer => FrozenLayer.Needed(Model, Sites, layer)).Distinct(),
    ];

    // What a layer's latents read, [pos, d_model].
    Tensor InputOf(Run run, int layer)
    {
        using Tensor recorded = Flat(run[Sites.Read(layer)]);
        return Sites.Input(layer, recorded);
    }

    double SetErrors(Run run, int layer, SparseLatents[] latents, Tensor[] inputs)
    {
        Tensor actual = Flat(run[Sites.Write(layer)]), error = actual.Clone();
        using Tensor found = Sites.Reconstruct(layer, latents, inputs);
        TensorPrimitives.Subtract(error.Data, found.Data, error.Data);
        int width = actual.Shape[1], zeroed = Settings.ZeroedPositions * width;
        using (actual)
            _zeroed[layer] = ZeroedOf(actual, layer, inputs);
        error.Data[..zeroed].Clear();
        _errors[layer] = error;
        double spread = Spread(run[Sites.Write(layer)].Data[zeroed..], width);
        return Reduce.SumOfSquares(error.Data[zeroed..]) / Math.Max(spread, 1e-30);
    }

    // What is written at zeroed positions less what goes another way: biases and skips.
    Tensor ZeroedOf(Tensor actual, int layer, Tensor[] inputs)
    {
        int width = actual.Shape[1], count = Settings.ZeroedPositions;
        Tensor zeroed = Tensor.From(actual.Data[..(count * width)], count, width);
        for (int c = 0; c <= layer; c++)
            foreach (int output in Sites.OutputsTo(c, layer))
            {
                (Tensor? bias, Tensor? skip) = (Coders.Coders[c].Weights.Decoders[output].Bias,
                    Coders.Coders[c].Weights.Decoders[output].Skip);
                using Tensor? skipped = skip is null ? null : Ops.MatMul(inputs[c], skip);
                for (int p = 0; p < count; p++)
                {
                    Span<float> row = zeroed.Data.Slice(p * width, width);
                    if (bias is not null)
                        TensorPrimitives.Subtract(row, bias.Data, row);
                    if (skipped is not null)
                        TensorPrimitives.Subtract(row, skipped.Data.Slice(p * width, width), row);
                }
            }
        return zeroed;
    }

    IEnumerable<BiasPart> WrittenBiases(int layer)
    {
        float[]? decoder = null, norm = null;
        for (int c = 0; c <= layer; c++)
            foreach (int output in Sites.OutputsTo(c, layer))
            {
                CoderDecoder weights = Coders.Coders[c].Weights.Decoders[output];
                if (weights.Bias is { } bias)
                    decoder = BiasPart.Sum(decoder, bias.Data.ToArray());
                if (weights.Skip is not { } skip || !Sites.ReadsGain
                    || FrozenNorm.Of(Model, $"blocks.{c}.ln2")?.Bias is not { } normBias)
                    continue;
                using Tensor row = normBias.Reshape(1, normBias.Shape.Count), skipped = Ops.MatMul(row, skip);
                norm = BiasPart.Sum(norm, skipped.Data.ToArray());
            }
        if (decoder is not null)
            yield return new(BiasPart.Decoder, decoder);
        if (norm is not null)
            yield return new(BiasPart.MlpNorm, norm);
    }

    static (ActiveLatent[] Latents, int[] Firsts) Active(SparseLatents[] layers, int zeroed)
    {
        int positions = layers[0].Rows;
        List<ActiveLatent> latents = [];
        int[] firsts = new int[(layers.Length * positions) + 1];
        for (int layer = 0; layer < layers.Length; layer++)
            for (int p = 0; p < positions; p++)
            {
                ReadOnlySpan<int> active = layers[layer].LatentsOf(p);
                for (int i = 0; p >= zeroed && i < active.Length; i++)
                    latents.Add(new(layer, p, active[i], layers[layer].ValuesOf(p)[i]));
                firsts[(layer * positions) + p + 1] = latents.Count;
            }
        return ([.. latents], firsts);
    }

    // Σ ‖y − ȳ‖².
    static double Spread(ReadOnlySpan<float> rows, int width)
    {
        int count = rows.Length / width;
        double spread = 0;
        for (int i = 0; i < width; i++)
        {
            double sum = 0, squares = 0;
            for (int r = 0; r < count; r++)
            {
                double value = rows[(r * width) + i];
                (sum, squares) = (sum + value, squares + (value * value));
            }
            spread += squares - (sum * sum / count);
        }
        return spread;
    }

    // [1, pos, d_model] as [pos, d_model], to be disposed on its own.
    static Tensor Flat(Tensor recorded) => recorded.Reshape(recorded.Shape[1], recorded.Shape[2]);
}
