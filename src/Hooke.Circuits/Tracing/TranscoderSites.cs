using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Where the transcoders of a set read and write in a model.</summary>
/// <remarks>
/// circuit-tracer's <c>mlp.hook_in</c> and <c>mlp.hook_out</c> are what the MLP itself takes and gives: the former is
/// <c>ln2.hook_normalized</c> past the norm's gain and bias, the latter stands before a norm that follows the MLP.
/// </remarks>
public sealed class TranscoderSites
{
    const string MlpInput = "mlp.hook_in", MlpOutput = "mlp.hook_out";

    readonly Address[] _reads;
    readonly Address[][] _writes;
    readonly bool[] _pastGain; // whether a coder reads what its norm gives past gain and bias

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
        int layers = model.Config.NLayers;
        if (transcoders.Coders.Count != layers)
            throw new InputException($"the set has transcoders of {transcoders.Coders.Count} layers, the model has {layers}: "
                + "a graph needs one for each; fetch those that are missing, or give the model that the set belongs to");
        (_reads, _writes, _pastGain) = (new Address[layers], new Address[layers][], new bool[layers]);
        for (int layer = 0; layer < layers; layer++)
        {
            CoderConfig coder = transcoders.Coders[layer].Config;
            RequireTranscoder(coder, layer);
            (_reads[layer], _pastGain[layer]) = Reading(Hook(reads, layer) ?? coder.Inputs[0].Name, layer);
            _writes[layer] = [.. coder.Outputs.Select((site, o) => Writing(Hook(writes, layer + o) ?? site.Name, layer + o))];
        }
        RequireWidths();
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The transcoders, one a layer.</summary>
    public CoderSet Transcoders { get; }

    /// <summary>How many layers there are, in the model and in the set.</summary>
    public int Layers => _reads.Length;

    /// <summary>What must be recorded for a layer's latents; <see cref="Input"/> makes of it what the encoder reads.</summary>
    public Address Read(int layer) => _reads[layer];

    /// <summary>Whether what is recorded passes the norm's gain and bias before the encoder reads it.</summary>
    public bool IsPastGain(int layer) => _pastGain[layer];

    /// <summary>
    /// What a layer's latents write to: one address, or of a cross-layer transcoder one for each layer from it on.
    /// </summary>
    public IReadOnlyList<Address> Writes(int layer) => _writes[layer];

    /// <summary>What is written to in a layer, by its own transcoder and by those before.</summary>
    public Address Write(int layer) => _writes[layer][0];

    /// <summary>What a layer's encoder reads, from what was recorded at <see cref="Read"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="recorded">[batch, pos, d_model]</param>
    public Tensor Input(int layer, Tensor recorded)
    {
        if (!_pastGain[layer] || FrozenNorm.Of(Model, $"blocks.{layer}.ln2") is not { } norm)
            return recorded.Share();
        Tensor scaled = Ops.MultiplyRows(recorded, Model.Weights.Gain($"blocks.{layer}.ln2")!);
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

    (Address, bool) Reading(string? name, int layer)
    {
        string hook = HookOf(name, layer, "reads");
        return hook != MlpInput ? (Parse(layer, hook), false)
            : Model.Config.HasNorms ? (Site.Ln2Normalized.At(layer), true)
            : (Site.MlpIn.At(layer), false);
    }

    Address Writing(string? name, int layer)
    {
        string hook = HookOf(name, layer, "writes");
        return hook == MlpOutput && !Model.Config.HasPostNorms ? Site.MlpOut.At(layer) : Parse(layer, hook);
    }

    static string HookOf(string? name, int layer, string what)
    {
        if (name is null)
            throw new InputException($"the set's files do not name the site that layer {layer} {what}: name the hooks, such as "
                + "mlp.hook_in and mlp.hook_out");
        return name.Split('.') is ["blocks", var number, .. string[] hook]
            && number == layer.ToString(CultureInfo.InvariantCulture)
            ? string.Join('.', hook)
            : throw new InputException($"layer {layer} of the set {what} {name}: a graph needs a transcoder at every layer, "
                + $"in order");
    }

    Address Parse(int layer, string hook)
    {
        Address address = Address.Parse(string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.{hook}")).Whole;
        return Model.Config.Has(address.Site) ? address
            : throw new InputException($"the set uses {address}, which this model ({Model.Config.Family}) does not have: "
                + "it belongs to another model");
    }

    static string? Hook(string? hook, int layer) =>
        hook is null ? null : string.Create(CultureInfo.InvariantCulture, $"blocks.{layer}.{hook}");

    static void RequireTranscoder(CoderConfig coder, int layer)
    {
        string? problem = coder switch
        {
            { Inputs.Count: > 1 } => "a crosscoder, which reads several places at once",
            { IsTranscoder: false, Outputs.Count: 1 } => "an autoencoder, which writes where it reads",
            { Scaling: not InputScaling.None } => "a coder that scales its input by the input itself, which is not linear",
            { ScalesByDecoderNorm: true } => "a coder whose latents are scaled by its decoder",
            { FlattensHeads: true } => "a coder of heads' outputs",
            _ => null,
        };
        if (problem is not null)
            throw new InputException($"layer {layer} of the set is {problem}: a graph needs transcoders of MLPs");
    }

    void RequireWidths()
    {
        int width = Model.Config.DModel;
        for (int layer = 0; layer < Layers; layer++)
        {
            CoderConfig coder = Transcoders.Coders[layer].Config;
            if (coder.Outputs.Count != 1 && coder.Outputs.Count != Layers - layer)
                throw new InputException($"layer {layer} of the set writes to {coder.Outputs.Count} layers, and there are "
                    + $"{Layers - layer} from it on: it belongs to another model");
            if (coder.DIn != width || coder.Outputs.Any(site => site.Width != width)
                || _reads[layer].Site.Shape != SiteShape.Residual || _writes[layer].Any(w => w.Site.Shape != SiteShape.Residual))
                throw new InputException($"layer {layer} of the set reads {coder.DIn} numbers and writes "
                    + $"{coder.Outputs[0].Width}, "
                    + $"and this model's MLPs {width}: it belongs to another model");
        }
    }
}
