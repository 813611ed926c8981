using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Models that TransformerLens made: its config as `tl_config.json`, its state dict as `model.safetensors`, each head's
/// matrices for themselves; with MLPs or attention only, with norms or without.
/// </summary>
sealed class TransformerLensFamily : Family
{
    // What a config may switch on that this family does not read; published models that have it are read from their own layout.
    static readonly string[] Off =
    [
        "gated_mlp", "use_local_attn", "use_qk_norm", "use_normalization_before_and_after", "scale_attn_by_inverse_layer_idx",
        "post_embedding_ln",
    ];

    public override string ModelType => "transformer_lens";

    public override string ConfigName => "tl_config.json";

    public override TransformerConfig Read(ConfigFile config)
    {
        int dModel = config.Size("d_model"), heads = config.Size("n_heads");
        int dHead = config.SizeOr("d_head", Math.Max(1, dModel / heads));
        Array.ForEach(Off, key => config.RequireFalse(key, whenAbsent: false));
        if (config.TextOr("attention_dir", "causal") != "causal")
            throw new InputException($"{config.Path}: attention to later positions is not supported; Hooke reads decoders");
        bool attnOnly = config.FlagOr("attn_only", false);
        string? norm = config.TextOr("normalization_type", null);
        return new TransformerConfig
        {
            Family = ModelType,
            NLayers = config.Size("n_layers"),
            DModel = dModel,
            NHeads = heads,
            NKeyValueHeads = heads,
            DHead = dHead,
            DMlp = attnOnly ? 0 : config.SizeOr("d_mlp", Times4(dModel)),
            DVocab = config.Size("d_vocab"),
            NCtx = config.Size("n_ctx"),
            Activation = attnOnly ? Activation.Relu : config.Activation("act_fn", "relu"),
            HasNorms = norm is not null,
            IsLayerNorm = IsLayerNorm(config, norm),
            NormEpsilon = config.NumberOr("eps", 1e-5f),
            Positions = PositionsOf(config),
            AttnScale = ScaleOf(config),
            IsParallel = config.FlagOr("parallel_attn_mlp", false),
            HasQkvBias = true,
            HasOutputBias = true,
            HasMlpBias = true,
            HasUnembedBias = true,
        };
    }

    public override WeightPlace Place(string weight, TransformerConfig config) => Split(weight).Name switch
    {
        "attn.W_Q" or "attn.W_K" or "attn.W_V" or "attn.b_Q" or "attn.b_K" or "attn.b_V" => new(weight, HeadsOut: config.NHeads),
        "attn.W_O" => new(weight, HeadsIn: config.NHeads),
        "unembed.W_U" => new(weight, IsOutIn: true),
        _ => new(weight),
    };

    static bool IsLayerNorm(ConfigFile config, string? norm) => norm switch
    {
        null or "RMS" => false,
        "LN" => true,
        _ => throw new InputException(
            $"{config.Path}: normalization_type '{norm}' is not supported; supported are LN, RMS and null, of models whose "
            + "norms are not folded into their weights"),
    };

    static PositionKind PositionsOf(ConfigFile config) => config.TextOr("positional_embedding_type", "standard") switch
    {
        "standard" => PositionKind.Learned,
        "shortformer" => PositionKind.LearnedInAttention,
        var other => throw new InputException(
            $"{config.Path}: positional_embedding_type '{other}' is not supported; supported are standard and shortformer"),
    };

    // TransformerLens divides by attn_scale; -1, or none, stands for √d_head.
    static float? ScaleOf(ConfigFile config) => !config.FlagOr("use_attn_scale", true) ? 1
        : config.DoubleOr("attn_scale", -1) is var divisor && divisor == -1 ? null
        : divisor > 0 ? (float)(1 / divisor)
        : throw new InputException($"{config.Path}: 'attn_scale' is {divisor}, which scores cannot be divided by");
}
