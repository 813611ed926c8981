using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A site as a dictionary's files name it, in a model: an address, perhaps past the gain and bias of its norm.</summary>
/// <remarks>
/// Besides Hooke's own names these are read: circuit-tracer's <c>blocks.3.mlp.hook_in</c> (what the MLP takes, past its norm's
/// gain and bias) and <c>blocks.3.mlp.hook_out</c> (what it gives, before a norm that follows), dictionary_learning's
/// <c>resid_post_layer_3</c>, and the names of modules: <c>layers.3</c>, <c>layers.3.mlp</c>, <c>layers.3.self_attn</c>,
/// <c>model.layers.3.output</c>, <c>….pre_feedforward_layernorm.output</c>, <c>….post_feedforward_layernorm.output</c>,
/// <c>….self_attn.o_proj.input</c>.
/// </remarks>
sealed record NamedSite(Address At, bool IsPastGain)
{
    static readonly string[] Blocks = ["layers", "h", "blocks"];

    /// <summary>What a name means in a model.</summary>
    /// <exception cref="InputException">It is none of those that are known.</exception>
    public static NamedSite Parse(string name, TransformerConfig config)
    {
        bool isInput = name.EndsWith(" (input)", StringComparison.Ordinal);
        string[] parts = (isInput ? name[..^" (input)".Length] : name).Split('.');
        int block = Array.FindIndex(parts, Blocks.Contains);
        if (name.StartsWith("resid_post_layer_", StringComparison.Ordinal) && LayerOf(name.Split('_')[^1]) is int named)
            return new(Site.ResidPost.At(named), false);
        if (block < 0 || block + 1 >= parts.Length || LayerOf(parts[block + 1]) is not int layer)
            return new(Address.Parse(name).Whole, false);
        return (parts[(block + 2)..], isInput) switch
        {
            (["mlp", "hook_in"], _) or (["mlp"], true) or (["mlp", "input"], _)
                or (["pre_feedforward_layernorm", "output"], _) => new(Site.Ln2Normalized.At(layer), true),
            (["mlp", "hook_out"] or ["mlp"] or ["mlp", "output"], _) =>
                new((config.HasPostNorms ? Site.MlpModuleOut : Site.MlpOut).At(layer), false),
            (["post_feedforward_layernorm", "output"], _) => new(Site.MlpOut.At(layer), false),
            (["self_attn" or "attn" or "attention"] or ["self_attn" or "attn" or "attention", "output"], false) =>
                new((config.HasPostNorms ? Site.AttnModuleOut : Site.AttnOut).At(layer), false),
            (["self_attn", "o_proj", "input"], _) => new(Site.Z.At(layer), false),
            ([] or ["output"], false) => new(Site.ResidPost.At(layer), false),
            ([], true) or (["input"], _) => new(Site.ResidPre.At(layer), false),
            _ => new(Address.Parse(name).Whole, false),
        };
    }

    /// <summary>What is read there, from what a run recorded at the address.</summary>
    /// <param name="model">The model.</param>
    /// <param name="recorded">[batch, pos, …]</param>
    public Tensor Read(Model model, Tensor recorded)
    {
        string norm = string.Create(CultureInfo.InvariantCulture, $"blocks.{At.Layer}.ln2");
        if (!IsPastGain || model.Weights.Gain(norm) is not { } gain)
            return recorded.Share();
        Tensor scaled = Ops.MultiplyRows(recorded, gain);
        if (!model.Weights.Names.Contains($"{norm}.b"))
            return scaled;
        using Tensor withoutBias = scaled;
        return Ops.AddRow(withoutBias, model.Weights[$"{norm}.b"]);
    }

    static int? LayerOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) ? layer : null;
}
