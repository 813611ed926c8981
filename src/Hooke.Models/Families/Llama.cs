using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Llama: rotary positions, RMS norm, a gated MLP, heads that share keys and values, matrices stored [out, in].
/// </summary>
sealed class Llama : Family
{
    public override string ModelType => "llama";

    public override TransformerConfig Read(ConfigFile config)
    {
        int dModel = config.Size("hidden_size"), heads = config.Size("num_attention_heads");
        int keyValueHeads = config.SizeOr("num_key_value_heads", heads);
        config.RequireDivides(heads, keyValueHeads, "num_attention_heads", "num_key_value_heads");
        config.RequireFalse("attention_bias", whenAbsent: false);
        config.RequireFalse("mlp_bias", whenAbsent: false);
        int dHead = config.SizeOr("head_dim", dModel / heads);
        if (dHead == 0 || dHead % 2 != 0)
            throw new InputException(
                $"{config.Path}: heads are {dHead} wide, and rotary embeddings need an even width: correct 'head_dim'");
        (double theta, string kind) = config.Rotary();
        if (kind != "default")
            throw new InputException(
                $"{config.Path}: rotary scaling '{kind}' is not supported for llama; only plain rotary embeddings are");
        return new TransformerConfig
        {
            Family = ModelType,
            NLayers = config.Size("num_hidden_layers"),
            DModel = dModel,
            NHeads = heads,
            NKeyValueHeads = keyValueHeads,
            DHead = dHead,
            DMlp = config.Size("intermediate_size"),
            DVocab = config.Size("vocab_size"),
            NCtx = config.SizeOr("max_position_embeddings", 2048),
            Activation = config.Activation("hidden_act", "silu"),
            IsGated = true,
            NormEpsilon = config.NumberOr("rms_norm_eps", 1e-6f),
            Positions = PositionKind.Rotary,
            RotaryBase = theta,
            IsTied = config.FlagOr("tie_word_embeddings", false),
        };
    }

    public override WeightPlace Place(string weight, TransformerConfig config)
    {
        (int? layer, string rest) = Split(weight);
        string block = $"model.layers.{layer}.";
        return rest switch
        {
            "embed.W_E" => new("model.embed_tokens.weight"),
            "ln_final.w" => new("model.norm.weight"),
            "unembed.W_U" => new("lm_head.weight"),
            "ln1.w" => new(block + "input_layernorm.weight"),
            "attn.W_Q" => new(block + "self_attn.q_proj.weight", IsOutIn: true),
            "attn.W_K" => new(block + "self_attn.k_proj.weight", IsOutIn: true),
            "attn.W_V" => new(block + "self_attn.v_proj.weight", IsOutIn: true),
            "attn.W_O" => new(block + "self_attn.o_proj.weight", IsOutIn: true),
            "ln2.w" => new(block + "post_attention_layernorm.weight"),
            "mlp.W_gate" => new(block + "mlp.gate_proj.weight", IsOutIn: true),
            "mlp.W_in" => new(block + "mlp.up_proj.weight", IsOutIn: true),
            "mlp.W_out" => new(block + "mlp.down_proj.weight", IsOutIn: true),
            _ => throw new InvalidOperationException($"Bug in Hooke: llama has no weight {weight}"),
        };
    }
}
