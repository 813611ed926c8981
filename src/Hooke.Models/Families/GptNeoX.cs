namespace Hooke.Models;

/// <summary>
/// GPT-NeoX, which Pythia's models are: attention and MLP side by side or one after the other, part of each head turned,
/// queries, keys and values of a head stored together, exact GELU, an unembedding of its own.
/// </summary>
sealed class GptNeoX : Family
{
    public override string ModelType => "gpt_neox";

    public override string OptionalPrefix => "gpt_neox.";

    public override TransformerConfig Read(ConfigFile config)
    {
        int dModel = config.Size("hidden_size"), heads = config.Size("num_attention_heads");
        config.RequireDivides(dModel, heads, "hidden_size", "num_attention_heads");
        bool hasBias = config.FlagOr("attention_bias", true);
        return new TransformerConfig
        {
            Family = ModelType,
            NLayers = config.Size("num_hidden_layers"),
            DModel = dModel,
            NHeads = heads,
            NKeyValueHeads = heads,
            DHead = dModel / heads,
            DMlp = config.Size("intermediate_size"),
            DVocab = config.Size("vocab_size"),
            NCtx = config.SizeOr("max_position_embeddings", 2048),
            Activation = config.Activation("hidden_act", "gelu"),
            IsLayerNorm = true,
            NormEpsilon = config.NumberOr("layer_norm_eps", 1e-5f),
            Positions = PositionKind.Rotary,
            Rotary = RotaryKeys.Partial(config, dModel / heads),
            IsParallel = config.FlagOr("use_parallel_residual", true),
            HasQkvBias = hasBias,
            HasOutputBias = hasBias,
            HasMlpBias = true,
            IsTied = config.FlagOr("tie_word_embeddings", false),
        };
    }

    public override WeightPlace Place(string weight, TransformerConfig config)
    {
        (int? layer, string rest) = Split(weight);
        string block = $"gpt_neox.layers.{layer}.", together = block + "attention.query_key_value.";
        return rest switch
        {
            "embed.W_E" => new("gpt_neox.embed_in.weight"),
            "ln_final.w" => new("gpt_neox.final_layer_norm.weight"),
            "ln_final.b" => new("gpt_neox.final_layer_norm.bias"),
            "unembed.W_U" => new("embed_out.weight"),
            "ln1.w" => new(block + "input_layernorm.weight"),
            "ln1.b" => new(block + "input_layernorm.bias"),
            "attn.W_Q" => new(together + "weight", IsOutIn: true, Part: 0, Parts: 3, Groups: config.NHeads),
            "attn.W_K" => new(together + "weight", IsOutIn: true, Part: 1, Parts: 3, Groups: config.NHeads),
            "attn.W_V" => new(together + "weight", IsOutIn: true, Part: 2, Parts: 3, Groups: config.NHeads),
            "attn.b_Q" => new(together + "bias", Part: 0, Parts: 3, Groups: config.NHeads),
            "attn.b_K" => new(together + "bias", Part: 1, Parts: 3, Groups: config.NHeads),
            "attn.b_V" => new(together + "bias", Part: 2, Parts: 3, Groups: config.NHeads),
            "attn.W_O" => new(block + "attention.dense.weight", IsOutIn: true),
            "attn.b_O" => new(block + "attention.dense.bias"),
            "ln2.w" => new(block + "post_attention_layernorm.weight"),
            "ln2.b" => new(block + "post_attention_layernorm.bias"),
            "mlp.W_in" => new(block + "mlp.dense_h_to_4h.weight", IsOutIn: true),
            "mlp.b_in" => new(block + "mlp.dense_h_to_4h.bias"),
            "mlp.W_out" => new(block + "mlp.dense_4h_to_h.weight", IsOutIn: true),
            "mlp.b_out" => new(block + "mlp.dense_4h_to_h.bias"),
            _ => throw NoSuch(weight),
        };
    }
}
