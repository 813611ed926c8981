using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>Where the transcoders of a set read and write in a model.</summary>
/// <remarks>
/// circuit-tracer's <c>mlp.hook_in</c> and <c>mlp.hook_out</c> are what the MLP itself takes and gives: the former is
/// <c>ln2.hook_normalized</c> past the norm's gain and bias, the latter stands before a norm that follows the MLP.
/// </remarks>
public sealed class TranscoderSites
{
    static readonly string[] Readable = ["ln2.hook_normalized", "mlp.hook_in", "hook_resid_mid", "hook_mlp_in", "hook_resid_pre"];
    static readonly string[] Writable = ["hook_mlp_out", "mlp.hook_out"];

    readonly string _reads, _writes; // hooks, in every layer
    readonly int[][] _written; // for each coder the layers that it writes, output by output
    readonly Address[][] _writtenAt; // the same as addresses

    /// <summary>The places of a set in a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="transcoders">One transcoder a layer, in the order of the layers, or a cross-layer transcoder.</param>
    /// <param name="reads">The hook that every layer reads, such as <c>mlp.hook_in</c>, in place of the files' own.</param>
    /// <param name="writes">The hook that is written to in every layer, in place of the files' own.</param>
    /// <exception cref="InputException">
    /// The set is not one of transcoders, lacks layers, names no sites, or belongs to another model.
    /// </exception>
    public TranscoderSites(Model model, CoderSet transcoders, string? reads = null, string? writes = null)
    {
        (Model, Transcoders) = (model, transcoders);
        if (!Config.HasMlp)
            throw new InputException("this model has attention only: there is no MLP for transcoders to replace");
        CoderConfig[] coders = [.. transcoders.Coders.Select(coder => coder.Config)];
        for (int layer = 0; layer < coders.Length; layer++)
            RequireTranscoder(coders[layer], layer);
        RequireLayers([.. coders.Select((coder, i) => reads is null && coder.Inputs[0].Name is { } name ? LayerIn(name) : i)]);
        for (int layer = 0; layer < coders.Length; layer++)
            RequireWidth(coders[layer], layer);
        _reads = Hook(reads, coders.Select(coder => coder.Inputs[0].Name), Readable, "reads");
        _writes = Hook(writes, coders.SelectMany(coder => coder.Outputs).Select(site => site.Name), Writable, "writes");
        if (_reads == "hook_resid_mid" && Config.IsParallel)
            throw new InputException("the set reads hook_resid_mid, but this model's attention and MLP read the same "
                + "stream side by side: there is nothing between them");
        _written = [.. coders.Select((coder, layer) => LayersOf(coder, layer, isStated: writes is null))];
        _writtenAt = [.. _written.Select(layers => layers.Select(Write).ToArray())];
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The transcoders, one a layer.</summary>
    public CoderSet Transcoders { get; }

    /// <summary>How many layers there are, in the model and in the set.</summary>
    public int Layers => _written.Length;

    /// <summary>Whether encoders read what the norm before the MLP gives past its gain and bias.</summary>
    public bool ReadsGain => ReadsNorm && _reads == "mlp.hook_in";

    /// <summary>Whether encoders read through the norm before the MLP.</summary>
    internal bool ReadsNorm => Config.HasNorms && _reads is "ln2.hook_normalized" or "mlp.hook_in";

    /// <summary>Whether encoders read the stream, as it is or normed, before attention was added.</summary>
    internal bool ReadsBeforeAttention => _reads == "hook_resid_pre" || Config.IsParallel;

    /// <summary>Whether latents write before the norm that follows the MLP.</summary>
    internal bool WritesBeforeNorm => Config.HasPostNorms && _writes == "mlp.hook_out";

    TransformerConfig Config => Model.Config;

    /// <summary>What must be recorded for a layer's latents; <see cref="Input"/> makes of it what the encoder reads.</summary>
    public Address Read(int layer) => _reads switch
    {
        "hook_resid_pre" => Site.ResidPre.At(layer),
        "hook_resid_mid" => Site.ResidMid.At(layer),
        _ => ReadsNorm ? Site.Ln2Normalized.At(layer) : Site.MlpIn.At(layer),
    };

    /// <summary>
    /// What a layer's latents write to: one address, or of a cross-layer transcoder one for each layer from it on.
    /// </summary>
    public IReadOnlyList<Address> Writes(int layer) => _writtenAt[layer];

    /// <summary>What is written to in a layer, by its own transcoder and by those before.</summary>
    public Address Write(int layer) => (WritesBeforeNorm ? Site.MlpModuleOut : Site.MlpOut).At(layer);

    /// <summary>What a layer's encoder reads, from what was recorded at <see cref="Read"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="recorded">[.., pos, d_model]</param>
    public Tensor Input(int layer, Tensor recorded)
    {
        if (!ReadsGain || FrozenNorm.Of(Model, $"blocks.{layer}.ln2") is not { } norm)
            return recorded.Share();
        Tensor scaled = Ops.MultiplyRows(recorded, norm.Gain);
        if (norm.Bias is not { } bias)
            return scaled;
        using Tensor withoutBias = scaled;
        return Ops.AddRow(withoutBias, bias);
    }

    /// <summary>The direction that one latent writes at an output, for an activation of 1.</summary>
    public ReadOnlySpan<float> Direction(int layer, int latent, int output)
    {
        Tensor weight = Transcoders.Coders[layer].Weights.Decoders[output].Weight;
        return weight.Data.Slice(latent * weight.Shape[1], weight.Shape[1]);
    }

    /// <summary>The outputs of a coder that write a layer.</summary>
    internal IEnumerable<int> OutputsTo(int coder, int layer) => _written[coder].Index().Where(at => at.Item == layer)
        .Select(at => at.Index);

    /// <summary>What takes a layer's encoder's input straight to what is written in it, or null.</summary>
    internal Tensor? Skip(int layer) =>
        OutputsTo(layer, layer).Select(output => Transcoders.Coders[layer].Weights.Decoders[output].Skip).FirstOrDefault();

    /// <summary>What the coders say is written in a layer, [pos, d_model]: latents, biases and skips.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="latents">Of every coder.</param>
    /// <param name="inputs">What they were encoded from.</param>
    internal Tensor Reconstruct(int layer, SparseLatents[] latents, Tensor[] inputs)
    {
        Tensor sum = Tensor.Zeros(latents[0].Rows, Config.DModel);
        for (int c = 0; c <= layer; c++)
            foreach (int output in OutputsTo(c, layer))
            {
                using Tensor part = Transcoders.Coders[c].Decode(latents[c], inputs[c], output);
                TensorPrimitives.Add(sum.Data, part.Data, sum.Data);
            }
        return sum;
    }

    /// <summary>Refuses coders whose latents are not a linear encoder and an activation.</summary>
    /// <exception cref="InputException">A coder is gated or subtracts its decoder's bias.</exception>
    internal void RequireLinear()
    {
        for (int layer = 0; layer < Layers; layer++)
            if (Transcoders.Coders[layer].Config is { Kind: CoderKind.Gated } or { SubtractsDecoderBias: true })
                throw new InputException($"layer {layer} of the set is gated or subtracts its decoder's bias: tracing reads "
                    + "latents that are a linear encoder and an activation");
    }

    static void RequireTranscoder(CoderConfig coder, int layer)
    {
        string? problem = coder switch
        {
            { Role: "crosscoder" } => "a crosscoder, which reads several places at once",
            { Role: "autoencoder" } => "an autoencoder, which writes where it reads",
            { Scaling: not InputScaling.None } => "a coder that scales its input by the input itself, which is not linear",
            { ScalesByDecoderNorm: true } => "a coder whose latents are scaled by its decoder",
            { FlattensHeads: true } => "a coder of heads' outputs",
            _ => null,
        };
        if (problem is not null)
            throw new InputException($"layer {layer} of the set is {problem}: prompts are traced through transcoders of MLPs, "
                + "per layer or cross-layer");
    }

    void RequireLayers(int?[] layers)
    {
        string counts = $"the set has transcoders of {layers.Length} layers, the model has {Config.NLayers}";
        int[] missing = [.. Enumerable.Range(0, Config.NLayers).Where(layer => !layers.Contains(layer))];
        if (missing.Length > 0)
            throw new InputException($"{counts}: layer{(missing.Length > 1 ? "s" : "")} {string.Join(", ", missing)} "
                + $"{(missing.Length > 1 ? "are" : "is")} missing; fetch what is missing, or the set belongs to another model");
        if (layers.Length > Config.NLayers)
            throw new InputException($"{counts}: it belongs to another model");
        for (int i = 0; i < layers.Length; i++)
            if (layers[i] != i)
                throw new InputException($"transcoder {i} of the set reads layer {layers[i]}: give the transcoders in the order "
                    + "of their layers");
    }

    void RequireWidth(CoderConfig coder, int layer)
    {
        if (coder.DIn != Config.DModel || coder.Outputs.Any(site => site.Width != Config.DModel))
            throw new InputException($"layer {layer} of the set reads {coder.DIn} numbers and writes {coder.Outputs[0].Width}, "
                + $"but this model's residual stream is {Config.DModel} wide: it belongs to another model");
    }

    // The hook that all of a set's sites are of.
    static string Hook(string? given, IEnumerable<string?> stated, string[] known, string what)
    {
        string?[] hooks = given is not null ? [given] : [.. stated.Select(InLayer).Distinct()];
        if (hooks.Contains(null))
            throw new InputException($"the set's files do not name the site that it {what}: add a config.yaml with "
                + $"feature_{(what == "reads" ? "input" : "output")}_hook, such as {known[0]}");
        if (hooks.FirstOrDefault(hook => !known.Contains(hook)) is { } other)
            throw new InputException($"the set {what} {other}, but prompts are traced through transcoders of MLPs, which "
                + $"{what[..^1]} {string.Join(", ", known)}");
        return hooks.Length == 1 ? hooks[0]! : throw new InputException($"the set {what} {string.Join(" and ", hooks)}: "
            + $"transcoders of one set {what[..^1]} the same hook in every layer");
    }

    int[] LayersOf(CoderConfig coder, int layer, bool isStated)
    {
        int[] layers = [.. coder.Outputs.Select((output, j) =>
            isStated && output.Name is { } name ? LayerIn(name) ?? layer + j : layer + j)];
        foreach (int written in layers)
            if (written < layer || written >= Config.NLayers)
                throw new InputException(string.Create(CultureInfo.InvariantCulture,
                    $"layer {layer} of the set writes layer {written}, where only {layer} to "
                        + $"{Config.NLayers - 1} can be written: it belongs to another model"));
        return layers;
    }

    static string? InLayer(string? site) =>
        site?.Split('.') is ["blocks", _, .. string[] hook] ? string.Join('.', hook) : site;

    static int? LayerIn(string site) => site.Split('.') is ["blocks", string layer, ..]
        && int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
