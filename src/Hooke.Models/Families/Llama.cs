namespace Hooke.Models;

/// <summary>
/// Llama: rotary positions, with Llama 3's scaling or without, RMS norm, a gated MLP, heads that share keys and values.
/// </summary>
sealed class Llama : LlamaLike
{
    public override string ModelType => "llama";

    public override TransformerConfig Read(ConfigFile config) =>
        Common(config) with { HasMlpBias = config.FlagOr("mlp_bias", false) };
}
