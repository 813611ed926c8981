using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// GPT-Neo, which TinyStories' models are: GPT-2 with windows in some layers, scores that are not scaled, queries, keys and
/// values of their own without biases, and matrices stored [out, in].
/// </summary>
sealed class GptNeo : Family
{
    public override string ModelType => "gpt_neo";

    public override string OptionalPrefix => "transformer.";

    public override TransformerConfig Read(ConfigFile config)
    {
        int dModel = config.Size("hidden_size"), heads = config.Size("num_heads"), layers = config.Size("num_layers");
        config.RequireDivides(dModel, heads, "hidden_size", "num_heads");
        bool[] isLocal = Local(config, layers);
        TransformerConfig read = new()
        {
            Family = ModelType,
            NLayers = layers,
            DModel = dModel,
            NHeads = heads,
            NKeyValueHeads = heads,
            DHead = dModel / heads,
            DMlp = config.SizeOr("intermediate_size", Times4(dModel)),
            DVocab = config.Size("vocab_size"),
            NCtx = config.SizeOr("max_position_embeddings", 2048),
            Activation = config.Activation("activation_function", "gelu_new"),
            IsLayerNorm = true,
            NormEpsilon = config.NumberOr("layer_norm_epsilon", 1e-5f),
            Positions = PositionKind.Learned,
            AttnScale = 1,
            HasOutputBias = true,
            HasMlpBias = true,
            IsTied = config.FlagOr("tie_word_embeddings", true),
        };
        return Windows.With(read, config.SizeOr("window_size", 256), layer => isLocal[layer]);
    }

    public override WeightPlace Place(string weight, TransformerConfig config)
    {
        (int? layer, string rest) = Split(weight);
        string block = $"transformer.h.{layer}.", attention = block + "attn.attention.";
        return rest switch
        {
            "embed.W_E" => new("transformer.wte.weight"),
            "pos_embed.W_pos" => new("transformer.wpe.weight"),
            "ln_final.w" => new("transformer.ln_f.weight"),
            "ln_final.b" => new("transformer.ln_f.bias"),
            "unembed.W_U" => new("lm_head.weight"),
            "ln1.w" => new(block + "ln_1.weight"),
            "ln1.b" => new(block + "ln_1.bias"),
            "attn.W_Q" => new(attention + "q_proj.weight", IsOutIn: true),
            "attn.W_K" => new(attention + "k_proj.weight", IsOutIn: true),
            "attn.W_V" => new(attention + "v_proj.weight", IsOutIn: true),
            "attn.W_O" => new(attention + "out_proj.weight", IsOutIn: true),
            "attn.b_O" => new(attention + "out_proj.bias"),
            "ln2.w" => new(block + "ln_2.weight"),
            "ln2.b" => new(block + "ln_2.bias"),
            "mlp.W_in" => new(block + "mlp.c_fc.weight", IsOutIn: true),
            "mlp.b_in" => new(block + "mlp.c_fc.bias"),
            "mlp.W_out" => new(block + "mlp.c_proj.weight", IsOutIn: true),
            "mlp.b_out" => new(block + "mlp.c_proj.bias"),
            _ => throw NoSuch(weight),
        };
    }

    // attention_layers has an entry per layer; attention_types, such as [[["global", "local"], 12]], says how often each
    // list of entries is repeated. Nothing longer than the number of layers is built.
    static bool[] Local(ConfigFile config, int layers)
    {
        IEnumerable<string> kinds = config.TextsOr("attention_layers") ?? (config.Find("attention_types") is { } types
            ? Repeated(config, types)
            : Enumerable.Range(0, layers).Select(layer => layer % 2 == 0 ? "global" : "local"));
        string[] named = [.. kinds.Take(Math.Min(layers, Windows.MostLayers) + 1)];
        if (named.Length != layers)
            throw new InputException($"{config.Path}: the kinds of attention given are not those of {layers} layers");
        return [.. named.Select(kind => kind switch
        {
            "global" => false,
            "local" => true,
            _ => throw new InputException(
                $"{config.Path}: attention of kind '{kind}' is not supported; supported are global and local"),
        })];
    }

    static IEnumerable<string> Repeated(ConfigFile config, JsonElement types)
    {
        foreach (JsonElement group in config.Items("attention_types", types))
        {
            JsonElement[] pair = [.. config.Items("attention_types", group)];
            if (pair.Length != 2 || pair[1].ValueKind != JsonValueKind.Number || !pair[1].TryGetInt32(out int times))
                throw new InputException($"{config.Path}: 'attention_types' is no list of kinds and how often they repeat");
            string[] kinds = config.Texts("attention_types", pair[0]);
            for (int i = 0; i < times && kinds.Length > 0; i++)
                foreach (string kind in kinds)
                    yield return kind;
        }
    }
}
