namespace Hooke.Models;

/// <summary>GPT-2: learned positions, layer norm, matrices stored [in, out] with queries, keys and values side by side.</summary>
sealed class Gpt2 : Family
{
    public override string ModelType => "gpt2";

    public override string OptionalPrefix => "transformer.";

    public override TransformerConfig Read(ConfigFile config)
    {
        int dModel = config.Size("n_embd"), heads = config.Size("n_head");
        config.RequireDivides(dModel, heads, "n_embd", "n_head");
        config.RequireTrue("scale_attn_weights", whenAbsent: true);
        config.RequireFalse("scale_attn_by_inverse_layer_idx", whenAbsent: false);
        return new TransformerConfig
        {
            Family = ModelType,
            NLayers = config.Size("n_layer"),
            DModel = dModel,
            NHeads = heads,
            NKeyValueHeads = heads,
            DHead = dModel / heads,
            DMlp = config.SizeOr("n_inner", Times4(dModel)),
            DVocab = config.Size("vocab_size"),
            NCtx = config.SizeOr("n_positions", config.SizeOr("n_ctx", 1024)),
            Activation = config.Activation("activation_function", "gelu_new"),
            IsLayerNorm = true,
            NormEpsilon = config.NumberOr("layer_norm_epsilon", 1e-5f),
            Positions = PositionKind.Learned,
            HasQkvBias = true,
            HasOutputBias = true,
            HasMlpBias = true,
            IsTied = config.FlagOr("tie_word_embeddings", true),
        };
    }

    public override WeightPlace Place(string weight, TransformerConfig config)
    {
        (int? layer, string rest) = Split(weight);
        string block = $"transformer.h.{layer}.";
        return rest switch
        {
            "embed.W_E" => new("transformer.wte.weight"),
            "pos_embed.W_pos" => new("transformer.wpe.weight"),
            "ln_final.w" => new("transformer.ln_f.weight"),
            "ln_final.b" => new("transformer.ln_f.bias"),
            "unembed.W_U" => new("lm_head.weight"),
            "ln1.w" => new(block + "ln_1.weight"),
            "ln1.b" => new(block + "ln_1.bias"),
            "attn.W_Q" => new(block + "attn.c_attn.weight", Part: 0, Parts: 3),
            "attn.W_K" => new(block + "attn.c_attn.weight", Part: 1, Parts: 3),
            "attn.W_V" => new(block + "attn.c_attn.weight", Part: 2, Parts: 3),
            "attn.b_Q" => new(block + "attn.c_attn.bias", Part: 0, Parts: 3),
            "attn.b_K" => new(block + "attn.c_attn.bias", Part: 1, Parts: 3),
            "attn.b_V" => new(block + "attn.c_attn.bias", Part: 2, Parts: 3),
            "attn.W_O" => new(block + "attn.c_proj.weight"),
            "attn.b_O" => new(block + "attn.c_proj.bias"),
            "ln2.w" => new(block + "ln_2.weight"),
            "ln2.b" => new(block + "ln_2.bias"),
            "mlp.W_in" => new(block + "mlp.c_fc.weight"),
            "mlp.b_in" => new(block + "mlp.c_fc.bias"),
            "mlp.W_out" => new(block + "mlp.c_proj.weight"),
            "mlp.b_out" => new(block + "mlp.c_proj.bias"),
            _ => throw NoSuch(weight),
        };
    }
}
