namespace Hooke.Models;

/// <summary>Qwen 2 and 2.5: Llama with biases on queries, keys and values; windows, where on, in the upper layers.</summary>
sealed class Qwen2 : LlamaLike
{
    public override string ModelType => "qwen2";

    public override TransformerConfig Read(ConfigFile config) => QwenWindows(config, Common(config)) with
    {
        NCtx = config.SizeOr("max_position_embeddings", 32_768),
        HasQkvBias = true,
        HasOutputBias = false,
    };

    /// <summary>The windows of Qwen 2 and 3: off unless use_sliding_window, then from layer max_window_layers on.</summary>
    public static TransformerConfig QwenWindows(ConfigFile config, TransformerConfig common)
    {
        if (!config.FlagOr("use_sliding_window", false))
            return common;
        int full = config.CountOr("max_window_layers", 28);
        return Windows.Read(config, common, 4096, layer => layer >= full);
    }
}
