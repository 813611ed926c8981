namespace Hooke.Models;

/// <summary>Mistral: Llama whose queries see a window of keys, in every layer, where the config gives one.</summary>
sealed class Mistral : LlamaLike
{
    public override string ModelType => "mistral";

    public override TransformerConfig Read(ConfigFile config) => Windows.Read(
        config, Common(config) with { NCtx = config.SizeOr("max_position_embeddings", 131_072) }, 4096, layer => true);
}
