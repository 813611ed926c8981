using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Writes a model as a Hugging Face folder that upstream libraries read too.</summary>
internal static class ModelFolder
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string folder, TransformerConfig config, TransformerWeights weights)
    {
        if (config.Family != "gpt2")
            throw new NotSupportedException($"models of family {config.Family} are read, not written");
        JsonObject json = new()
        {
            ["architectures"] = new JsonArray("GPT2LMHeadModel"),
            ["model_type"] = "gpt2",
            ["n_layer"] = config.NLayers,
            ["n_embd"] = config.DModel,
            ["n_head"] = config.NHeads,
            ["n_inner"] = config.DMlp,
            ["n_positions"] = config.NCtx,
            ["vocab_size"] = config.DVocab,
            ["activation_function"] = config.Activation switch
            {
                Activation.Gelu => "gelu",
                Activation.Silu => "silu",
                Activation.Relu => "relu",
                _ => "gelu_new",
            },
            ["layer_norm_epsilon"] = (double)(decimal)config.NormEpsilon,
            ["tie_word_embeddings"] = config.IsTied,
            ["bos_token_id"] = 0,
            ["eos_token_id"] = 0,
            ["torch_dtype"] = "float32",
        };
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "config.json"), stream =>
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(json, Indented)));
        WeightWriter.Write(Path.Combine(folder, "model.safetensors"), new Gpt2(), config, weights);
    }
}
