using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

/// <summary>Transcoders of random weights for any model.</summary>
static class MadeTranscoders
{
    /// <summary>One for each layer, or a cross-layer transcoder.</summary>
    /// <param name="config">The model.</param>
    /// <param name="reads">The hook that is read.</param>
    /// <param name="writes">The hook that is written.</param>
    /// <param name="isCrossLayer">Whether a layer writes all later ones too.</param>
    /// <param name="skips">Whether what is read skips to what is written.</param>
    /// <param name="k">How many latents TopK keeps, or null for ReLU.</param>
    /// <param name="latents">How many latents.</param>
    public static CoderSet Of(
        TransformerConfig config, string reads, string writes, bool isCrossLayer = false, bool skips = false, int? k = null,
        int latents = 24)
    {
        Rng rng = new Rng(7).Fork(reads).Fork(writes);
        return new CoderSet([.. Enumerable.Range(0, config.NLayers).Select(layer =>
        {
            CoderSite[] outputs = [.. Enumerable.Range(layer, isCrossLayer ? config.NLayers - layer : 1)
                .Select(l => new CoderSite($"blocks.{l}.{writes}", config.DModel))];
            CoderConfig coder = new()
            {
                Kind = k is null ? CoderKind.Relu : CoderKind.TopK,
                Inputs = [new($"blocks.{layer}.{reads}", config.DModel)],
                Outputs = outputs,
                NLatents = latents,
                K = k,
                IsTranscoder = true,
                IsRectified = k is null,
            };
            return new SparseCoder(coder, new CoderWeights
            {
                Encoder = Draw(rng.Fork($"enc{layer}"), 0.2f, config.DModel, latents).AsConstant(),
                EncoderBias = Draw(rng.Fork($"b_enc{layer}"), 0.3f, latents),
                Decoders = [.. outputs.Select((_, j) => new CoderDecoder
                {
                    Weight = Draw(rng.Fork($"dec{layer}.{j}"), 0.3f, latents, config.DModel),
                    Bias = j == 0 ? Draw(rng.Fork($"b_dec{layer}"), 0.2f, config.DModel) : null,
                    Skip = skips && j == 0 ? Draw(rng.Fork($"skip{layer}"), 0.1f, config.DModel, config.DModel).AsConstant() : null,
                })],
            });
        })]);
    }

    static Tensor Draw(Rng rng, float scale, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < tensor.Shape.Count; i++)
            tensor.Data[i] = scale * rng.Normal((ulong)i);
        return tensor;
    }
}
