using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>What Hooke does not read, by name.</summary>
static class Unsupported
{
    static readonly (string Kind, string[] Types)[] Kinds =
    [
        ("a mixture of experts", ["mixtral", "qwen2_moe", "qwen3_moe", "qwen3_next", "deepseek_v2", "deepseek_v3", "gpt_oss",
            "olmoe", "phimoe", "granitemoe", "dbrx", "llama4", "llama4_text", "glm4_moe", "ernie4_5_moe", "switch_transformers"]),
        ("a state-space or recurrent model", ["mamba", "mamba2", "falcon_mamba", "rwkv", "jamba", "zamba", "zamba2", "bamba",
            "recurrent_gemma", "xlstm"]),
        ("an encoder", ["bert", "roberta", "xlm-roberta", "distilbert", "albert", "electra", "deberta", "deberta-v2",
            "modernbert", "mpnet", "esm", "vit", "dinov2", "clip", "siglip"]),
        ("an encoder with a decoder", ["t5", "mt5", "umt5", "longt5", "bart", "mbart", "pegasus", "marian", "blenderbot",
            "whisper", "m2m_100", "led", "encoder-decoder", "t5gemma"]),
    ];

    /// <summary>What kind of model a model_type is that is known not to be supported, as the end of a sentence.</summary>
    public static string Because(string type) =>
        Kinds.FirstOrDefault(k => k.Types.Contains(type)).Kind is { } kind
            ? $"; {type} is {kind}, and Hooke reads decoders without experts"
            : "";

    /// <summary>Refuses what a supported model_type can be combined with but Hooke does not read.</summary>
    /// <exception cref="InputException">The checkpoint is quantised, or the model is no plain decoder.</exception>
    public static void Refuse(ConfigFile config)
    {
        if (config.Nested("quantization_config") is { } quantization)
            throw new InputException(
                $"{config.Path}: weights quantised by {quantization.TextOr("quant_method", "an unnamed method")} are not "
                + "supported; give the checkpoint that they were made from, stored as F32, BF16 or F16");
        if (config.FlagOr("is_encoder_decoder", false) || config.FlagOr("add_cross_attention", false))
            throw new InputException(
                $"{config.Path}: an encoder with a decoder is not supported; Hooke reads decoders alone");
        if (config.FlagOr("use_bidirectional_attention", false))
            throw new InputException(
                $"{config.Path}: attention to later positions is not supported; Hooke reads decoders");
    }
}
