using System.Runtime.InteropServices;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>TopK transcoders of random weights for a model: so many latents active at every layer and position.</summary>
static class RandomTranscoders
{
    public static CoderSet Create(TransformerConfig model, int latents, int active) =>
        new([.. Enumerable.Range(0, model.NLayers).Select(layer => Coder(model.DModel, latents, active, layer))]);

    /// <summary>The weights in one file, as the peer reads them.</summary>
    public static void Write(CoderSet coders, string path)
    {
        using FileStream file = File.Create(path);
        foreach (CoderWeights weights in coders.Coders.Select(coder => coder.Weights))
        {
            int[] all = [.. Enumerable.Range(0, weights.EncoderBias.Shape.Count)];
            using Tensor encoder = Ops.GatherColumns(weights.Encoder, all);
            foreach (Tensor part in new[] { encoder, weights.EncoderBias, weights.Decoders[0].Weight, weights.Decoders[0].Bias! })
                file.Write(MemoryMarshal.AsBytes(part.Data));
        }
    }

    static SparseCoder Coder(int width, int latents, int active, int layer)
    {
        Rng rng = new Rng(3).Fork(layer);
        CoderConfig config = new()
        {
            Kind = CoderKind.TopK,
            K = active,
            Inputs = [new($"blocks.{layer}.ln2.hook_normalized", width)],
            Outputs = [new($"blocks.{layer}.hook_mlp_out", width)],
            NLatents = latents,
            IsTranscoder = true,
            IsRectified = false,
        };
        return new SparseCoder(config, new CoderWeights
        {
            Encoder = Draw(rng.Fork("enc"), width, latents).AsConstant(),
            EncoderBias = Draw(rng.Fork("b_enc"), latents),
            Decoders = [new() { Weight = Draw(rng.Fork("dec"), latents, width), Bias = Draw(rng.Fork("b_dec"), width) }],
        });
    }

    // Uniform, of deviation about 1/√width.
    static Tensor Draw(Rng rng, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        float spread = MathF.Sqrt(12f / Math.Min(shape[0], shape[^1]));
        Work.For(tensor.Shape.Count, 1 << 16, (start, end) =>
        {
            for (int i = start; i < end; i++)
                tensor.Data[i] = spread * ((float)rng.Uniform((ulong)i) - 0.5f);
        });
        return tensor;
    }
}
