using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

/// <summary>Models of random weights, small as can be, with random transcoders.</summary>
static class TinyTraced
{
    /// <summary>A prompt for any of them.</summary>
    public static readonly int[] Tokens = [3, 1, 4, 1, 5, 9];

    /// <summary>The names that <see cref="Model"/> knows.</summary>
    public static readonly string[] Families = ["gpt2", "llama", "qwen3", "gemma2", "neox"];

    /// <summary>A model of three layers of a family's kind.</summary>
    public static Model Model(string family)
    {
        TransformerConfig llama = new()
        {
            Family = "llama",
            NLayers = 3,
            DModel = 12,
            NHeads = 4,
            NKeyValueHeads = 2,
            DHead = 4,
            DMlp = 20,
            DVocab = 17,
            NCtx = 16,
            Activation = Activation.Silu,
            IsGated = true,
            NormEpsilon = 1e-5f,
            Positions = PositionKind.Rotary,
        };
        TransformerConfig gpt2 = llama with
        {
            Family = "gpt2",
            NKeyValueHeads = 4,
            Activation = Activation.GeluTanh,
            IsGated = false,
            IsLayerNorm = true,
            Positions = PositionKind.Learned,
            HasQkvBias = true,
            HasOutputBias = true,
            HasMlpBias = true,
        };
        return Made.Random(family switch
        {
            "gpt2" => gpt2,
            "llama" => llama,
            "qwen3" => llama with { Family = "qwen3", HasQKNorm = true },
            "gemma2" => llama with
            {
                Family = "gemma2",
                HasPostNorms = true,
                NormGainOffset = 1,
                EmbeddingScale = 1.5f,
                AttnSoftCap = 5,
                AttnScale = 0.6f,
                Windowed = LayerSet.Where(1, _ => true),
                WindowSize = 3,
            },
            "neox" => gpt2 with
            {
                Family = "gpt_neox",
                IsParallel = true,
                Positions = PositionKind.Rotary,
                Rotary = new() { Dimensions = 2 },
            },
            _ => throw new ArgumentException(family),
        });
    }

    /// <summary>Random transcoders of a model: ReLU, with or without a skip, of one output or of all later layers.</summary>
    public static CoderSet Set(Model model, bool crossLayer, bool skips, string reads, string writes)
    {
        const int Latents = 10;
        (int layers, int width) = (model.Config.NLayers, model.Config.DModel);
        return new CoderSet([.. Enumerable.Range(0, layers).Select(layer =>
        {
            int outputs = crossLayer ? layers - layer : 1;
            CoderConfig config = new()
            {
                Kind = CoderKind.Relu,
                Inputs = [new($"blocks.{layer}.{reads}", width)],
                Outputs = [.. Enumerable.Range(layer, outputs).Select(l => new CoderSite($"blocks.{l}.{writes}", width))],
                NLatents = Latents,
                IsTranscoder = true,
            };
            return new SparseCoder(config, new CoderWeights
            {
                Encoder = Some($"encoder {layer}", width, Latents),
                EncoderBias = Some($"encoder bias {layer}", Latents),
                Decoders = [.. Enumerable.Range(0, outputs).Select(o => new CoderDecoder
                {
                    Weight = Some($"decoder {layer} {o}", Latents, width),
                    Bias = o == 0 ? Some($"bias {layer}", width) : null,
                    Skip = skips && o == 0 ? Some($"skip {layer}", width, width) : null,
                })],
            });
        })]);
    }

    static Tensor Some(string name, params int[] shape)
    {
        Rng rng = new Rng(7).Fork(name);
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < tensor.Shape.Count; i++)
            tensor.Data[i] = 0.3f * rng.Normal((ulong)i);
        return tensor;
    }
}
