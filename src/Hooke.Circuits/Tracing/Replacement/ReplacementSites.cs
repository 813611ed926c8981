using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Where a set of transcoders reads and writes in a model: one layer's coder each, in order.</summary>
sealed class ReplacementSites
{
    static readonly string[] Readable = ["ln2.hook_normalized", "mlp.hook_in", "hook_resid_mid", "hook_mlp_in", "hook_resid_pre"];
    static readonly string[] Writable = ["hook_mlp_out", "mlp.hook_out"];

    readonly TransformerConfig _config;

    /// <exception cref="InputException">The set is not one of transcoders of all layers of this model.</exception>
    public ReplacementSites(TransformerConfig config, CoderSet coders, ReplacementSettings settings)
    {
        _config = config;
        if (!config.HasMlp)
            throw new InputException("this model has attention only: there is no MLP for transcoders to replace");
        Reads = Hook(settings.Reads, coders.Coders[0].Config.Inputs[0].Name, Readable, "reads");
        Writes = Hook(settings.Writes, coders.Coders[0].Config.Outputs[0].Name, Writable, "writes");
        if (Reads == "hook_resid_mid" && config.IsParallel)
            throw new InputException("the dictionary reads hook_resid_mid, but this model's attention and MLP read the same "
                + "stream side by side: there is nothing between them");
        for (int layer = 0; layer < coders.Coders.Count; layer++)
            RequireKind(coders.Coders[layer].Config, layer);
        RequireLayers(coders, settings);
        WrittenLayers = [.. coders.Coders.Select((coder, layer) => LayersOf(coder.Config, layer, settings))];
    }

    /// <summary>The hook that latents read.</summary>
    public string Reads { get; }

    /// <summary>The hook that latents write.</summary>
    public string Writes { get; }

    /// <summary>For each coder the layers that it writes, output by output.</summary>
    public IReadOnlyList<int[]> WrittenLayers { get; }

    /// <summary>Whether latents read the stream, as it is or normed, before attention was added.</summary>
    public bool ReadsBeforeAttention => Reads == "hook_resid_pre" || _config.IsParallel;

    /// <summary>Whether latents read through the norm before the MLP.</summary>
    public bool ReadsNorm => _config.HasNorms && Reads is "ln2.hook_normalized" or "mlp.hook_in";

    /// <summary>Whether they read what that norm's gain and bias make of it.</summary>
    public bool ReadsGain => ReadsNorm && Reads == "mlp.hook_in";

    /// <summary>Whether they write before the norm that follows the MLP.</summary>
    public bool WritesBeforeNorm => _config.HasPostNorms && Writes == "mlp.hook_out";

    /// <summary>What is recorded to have what a layer's latents read.</summary>
    public Address InputOf(int layer) => Reads switch
    {
        "hook_resid_pre" => Site.ResidPre.At(layer),
        "hook_resid_mid" => Site.ResidMid.At(layer),
        _ => ReadsNorm ? Site.Ln2Normalized.At(layer) : Site.MlpIn.At(layer),
    };

    /// <summary>What the latents' sum stands for in a layer.</summary>
    public Address OutputOf(int layer) => (WritesBeforeNorm ? Site.MlpModuleOut : Site.MlpOut).At(layer);

    /// <summary>The outputs of a coder that write a layer.</summary>
    public IEnumerable<int> OutputsTo(int coder, int layer) => WrittenLayers[coder].Index().Where(at => at.Item == layer)
        .Select(at => at.Index);

    static string Hook(string? given, string? stated, string[] known, string what)
    {
        string? hook = given ?? (stated?.Split('.') is ["blocks", _, .. string[] rest] ? string.Join('.', rest) : stated);
        if (hook is null)
            throw new InputException($"the dictionary's files do not name the site that it {what}: add a config.yaml with "
                + $"feature_{(what == "reads" ? "input" : "output")}_hook, such as {known[0]}");
        return known.Contains(hook) ? hook : throw new InputException(
            $"the dictionary {what} {hook}, but prompts are traced through transcoders alone, which {what[..^1]} "
            + string.Join(", ", known));
    }

    void RequireKind(CoderConfig coder, int layer)
    {
        if (coder.Inputs.Count > 1 || !coder.IsTranscoder)
            throw new InputException($"the dictionary's coder {layer} is {(coder.Inputs.Count > 1 ? "a" : "an")} {coder.Role}: "
                + "prompts are traced through transcoders, per layer or cross-layer");
        if (coder.Kind == CoderKind.Gated || coder.Scaling != InputScaling.None || coder.ScalesByDecoderNorm
            || coder.SubtractsDecoderBias)
            throw new InputException($"the dictionary's coder {layer} is gated, scales its input or latents, or subtracts its "
                + "decoder's bias: tracing reads latents that are a linear encoder and an activation");
        if (coder.DIn != _config.DModel || coder.Outputs.Any(output => output.Width != _config.DModel))
            throw new InputException($"the dictionary's coder {layer} reads {coder.DIn} numbers and writes "
                + $"{coder.Outputs[0].Width}, but this model's residual stream is {_config.DModel} wide; it belongs to another "
                + "model");
    }

    void RequireLayers(CoderSet coders, ReplacementSettings settings)
    {
        int?[] layers = [.. coders.Coders.Select((coder, i) =>
            settings.Reads is null && coder.Config.Inputs[0].Name is { } name ? LayerIn(name) : i)];
        int[] missing = [.. Enumerable.Range(0, _config.NLayers).Where(layer => !layers.Contains(layer))];
        if (missing.Length > 0)
            throw new InputException($"the dictionary has transcoders of {coders.Coders.Count} layers, but this model has "
                + $"{_config.NLayers}: layer{(missing.Length > 1 ? "s" : "")} {string.Join(", ", missing)} "
                + $"{(missing.Length > 1 ? "are" : "is")} missing");
        if (layers.Length > _config.NLayers)
            throw new InputException($"the dictionary has transcoders of {layers.Length} layers, but this model has "
                + $"{_config.NLayers}; it belongs to another model");
        for (int i = 0; i < layers.Length; i++)
            if (layers[i] != i)
                throw new InputException($"the dictionary's coder {i} reads layer {layers[i]}: give the coders in the order of "
                    + "their layers");
    }

    int[] LayersOf(CoderConfig coder, int layer, ReplacementSettings settings)
    {
        int[] layers = [.. coder.Outputs.Select((output, j) =>
            settings.Writes is null && output.Name is { } name ? LayerIn(name) ?? layer + j : layer + j)];
        foreach (int written in layers)
            if (written < layer || written >= _config.NLayers)
                throw new InputException($"the dictionary's coder of layer {layer} writes layer {written}, where only {layer} to "
                    + $"{_config.NLayers - 1} can be written; it belongs to another model");
        return layers;
    }

    static int? LayerIn(string site) => site.Split('.') is ["blocks", string layer, ..]
        && int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
