namespace Hooke.Models;

/// <summary>Qwen 3: Llama with an RMS norm on each head's queries and keys.</summary>
sealed class Qwen3 : LlamaLike
{
    public override string ModelType => "qwen3";

    public override TransformerConfig Read(ConfigFile config) => Qwen2.QwenWindows(config, Common(config, dHead: 128)) with
    {
        NCtx = config.SizeOr("max_position_embeddings", 32_768),
        HasQKNorm = true,
    };
}
