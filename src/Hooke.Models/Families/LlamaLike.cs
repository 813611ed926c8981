using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>What Llama and its descendants share: config keys, tensor names, RMS norms, rotary positions, a gated MLP.</summary>
abstract class LlamaLike : Family
{
    /// <summary>What stands before every tensor's name but the unembedding's.</summary>
    protected virtual string Prefix => "model.";

    public override IReadOnlyList<string> OptionalWeights { get; } =
        ["attn.b_Q", "attn.b_O", "attn.q_norm.w", "ln2_post.w", "mlp.b_in"];

    public override WeightPlace Place(string weight, TransformerConfig config)
    {
        (int? layer, string rest) = Split(weight);
        string block = $"{Prefix}layers.{layer}.";
        return rest switch
        {
            "embed.W_E" => new(Prefix + "embed_tokens.weight"),
            "ln_final.w" => new(Prefix + "norm.weight"),
            "unembed.W_U" => new("lm_head.weight"),
            "ln1.w" => new(block + "input_layernorm.weight"),
            "attn.W_Q" => new(block + "self_attn.q_proj.weight", IsOutIn: true),
            "attn.W_K" => new(block + "self_attn.k_proj.weight", IsOutIn: true),
            "attn.W_V" => new(block + "self_attn.v_proj.weight", IsOutIn: true),
            "attn.W_O" => new(block + "self_attn.o_proj.weight", IsOutIn: true),
            "attn.b_Q" => new(block + "self_attn.q_proj.bias"),
            "attn.b_K" => new(block + "self_attn.k_proj.bias"),
            "attn.b_V" => new(block + "self_attn.v_proj.bias"),
            "attn.b_O" => new(block + "self_attn.o_proj.bias"),
            "attn.q_norm.w" => new(block + "self_attn.q_norm.weight"),
            "attn.k_norm.w" => new(block + "self_attn.k_norm.weight"),
            // Where there are post norms, the name of the norm before the MLP has gone to the one after attention.
            "ln1_post.w" => new(block + "post_attention_layernorm.weight"),
            "ln2.w" => new(block + (config.HasPostNorms ? "pre_feedforward" : "post_attention") + "_layernorm.weight"),
            "ln2_post.w" => new(block + "post_feedforward_layernorm.weight"),
            "mlp.W_gate" => new(block + "mlp.gate_proj.weight", IsOutIn: true),
            "mlp.W_in" => new(block + "mlp.up_proj.weight", IsOutIn: true),
            "mlp.W_out" => new(block + "mlp.down_proj.weight", IsOutIn: true),
            "mlp.b_gate" => new(block + "mlp.gate_proj.bias"),
            "mlp.b_in" => new(block + "mlp.up_proj.bias"),
            "mlp.b_out" => new(block + "mlp.down_proj.bias"),
            _ => throw NoSuch(weight),
        };
    }

    /// <summary>The config, as far as it is the same in all of them.</summary>
    /// <param name="config">The file.</param>
    /// <param name="dHead">Width of a head where the file has no head_dim; null for d_model / heads.</param>
    protected TransformerConfig Common(ConfigFile config, int? dHead = null)
    {
        int dModel = config.Size("hidden_size"), heads = config.Size("num_attention_heads");
        int keyValueHeads = config.SizeOr("num_key_value_heads", heads);
        config.RequireDivides(heads, keyValueHeads, "num_attention_heads", "num_key_value_heads");
        int width = config.SizeOr("head_dim", dHead ?? dModel / heads);
        if (width == 0 || width % 2 != 0)
            throw new InputException(
                $"{config.Path}: heads are {width} wide, and rotary embeddings need an even width: correct 'head_dim'");
        bool hasBias = config.FlagOr("attention_bias", false);
        return new TransformerConfig
        {
            Family = ModelType,
            NLayers = config.Size("num_hidden_layers"),
            DModel = dModel,
            NHeads = heads,
            NKeyValueHeads = keyValueHeads,
            DHead = width,
            DMlp = config.Size("intermediate_size"),
            DVocab = config.Size("vocab_size"),
            NCtx = config.SizeOr("max_position_embeddings", 2048),
            Activation = config.Activation("hidden_act", "silu"),
            IsGated = true,
            NormEpsilon = config.NumberOr("rms_norm_eps", 1e-6f),
            Positions = PositionKind.Rotary,
            Rotary = RotaryKeys.Read(config, width),
            HasQkvBias = hasBias,
            HasOutputBias = hasBias,
            IsTied = config.FlagOr("tie_word_embeddings", false),
        };
    }
}
