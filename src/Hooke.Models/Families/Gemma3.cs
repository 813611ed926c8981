using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Gemma 3's models for images and text, of which the text part is read.</summary>
sealed class Gemma3 : Gemma3Text
{
    public override string ModelType => "gemma3";

    public override string OptionalPrefix => "language_model.";

    protected override string Prefix => OptionalPrefix + base.Prefix;

    // Published text_configs leave out what upstream's class has anyway.
    public override TransformerConfig Read(ConfigFile config) => config.Nested("text_config") is { } text
        ? base.Read(text.Over(("num_attention_heads", 8), ("num_key_value_heads", 4), ("vocab_size", 262_208)))
        : throw new InputException($"{config.Path} has no 'text_config', which gemma3 needs; a text model is gemma3_text");
}
