using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Gemma: Llama with embeddings times √d_model, norms that multiply by 1 + w, GELU and a tied unembedding.</summary>
class Gemma : LlamaLike
{
    public override string ModelType => "gemma";

    public override TransformerConfig Read(ConfigFile config)
    {
        TransformerConfig common = Common(config, dHead: 256);
        return common with
        {
            NCtx = config.SizeOr("max_position_embeddings", 8192),
            // √d_model in the number format that the model is computed in, as upstream rounds it: here always float32.
            EmbeddingScale = MathF.Sqrt(common.DModel),
            NormGainOffset = 1,
            Activation = GeluOf(config),
            IsTied = config.FlagOr("tie_word_embeddings", true),
        };
    }

    // The first configs of Gemma say hidden_act "gelu" and mean its tanh form, which hidden_activation says in later ones.
    static Activation GeluOf(ConfigFile config) =>
        config.TextOr("hidden_activation", null) is null && config.TextOr("hidden_act", "gelu") == "gelu"
            ? Activation.GeluTanh
            : config.Activation("hidden_activation", config.TextOr("hidden_act", "gelu_pytorch_tanh")!);
}
