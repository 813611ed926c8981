using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>What latents add to the logits after a prompt, straight through the stream: by no attention and no other latent.</summary>
public static class LogitEffects
{
    /// <summary>What one unit of each latent's activation adds to every logit, less the mean of what it adds to all.</summary>
    /// <param name="replacement">The prompt, whose last norm scale is used.</param>
    /// <param name="latents">Layer and latent of each.</param>
    /// <returns>[latents, d_vocab], in nats; before a soft cap that may follow</returns>
    public static Tensor Of(LocalReplacement replacement, IReadOnlyList<(int Layer, int Index)> latents)
    {
        int width = replacement.Model.Config.DModel, last = replacement.Tokens.Count - 1;
        using Tensor written = Tensor.Zeros(latents.Count, width);
        for (int i = 0; i < latents.Count; i++)
        {
            Span<float> row = written.Data.Slice(i * width, width);
            (int layer, int index) = latents[i];
            for (int output = 0; output < replacement.Sites.WrittenLayers[layer].Length; output++)
                AddWritten(replacement, layer, index, output, row);
            replacement.FinalPath.Push(row, last);
        }
        Tensor matrix = FrozenNorm.Weight(replacement.Model, "unembed.W_U") ?? replacement.Model.Weights["embed.W_E"];
        Tensor effects = Ops.MatMul(written, matrix, transposed: true);
        int tokens = effects.Shape[1];
        for (int i = 0; i < latents.Count; i++)
        {
            Span<float> row = effects.Data.Slice(i * tokens, tokens);
            TensorPrimitives.Subtract(row, Reduce.Sum(row) / tokens, row);
        }
        return effects;
    }

    static void AddWritten(LocalReplacement replacement, int layer, int index, int output, Span<float> row)
    {
        using Tensor direction = Ops.Gather(replacement.Coders.Coders[layer].Weights.Decoders[output].Weight, [index]);
        replacement.Layer(replacement.Sites.WrittenLayers[layer][output]).Writes
            .Push(direction.Data, replacement.Tokens.Count - 1);
        TensorPrimitives.Add(row, direction.Data, row);
    }
}
