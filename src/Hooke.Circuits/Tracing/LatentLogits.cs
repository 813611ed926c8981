using Hooke.Models;
using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>What latents add to the logits directly: what they write, through the final norm and the unembedding.</summary>
/// <remarks>
/// W_U · norm(Σ decoder rows), the norm's scale held at the prompt's last position; less the mean over the vocabulary, which
/// no probability depends on; for an activation of 1, in nats. A final soft cap is left out.
/// </remarks>
public static class LatentLogits
{
    const int RowsAtOnce = 64;

    /// <summary>For each latent the tokens that it raises and lowers most.</summary>
    /// <param name="replacement">The prompt, with the transcoders in place.</param>
    /// <param name="latents">Latents by the layer that they read.</param>
    /// <param name="most">How many tokens each way.</param>
    public static IReadOnlyList<LatentEffects> Of(
        LocalReplacement replacement, IReadOnlyList<(int Layer, int Latent)> latents, int most)
    {
        List<LatentEffects> effects = [];
        foreach ((int Layer, int Latent)[] chunk in latents.Chunk(RowsAtOnce))
            effects.AddRange(OfChunk(replacement, chunk, most));
        return effects;
    }

    static LatentEffects[] OfChunk(LocalReplacement replacement, (int Layer, int Latent)[] latents, int most)
    {
        Model model = replacement.Model;
        int width = model.Config.DModel, last = replacement.Tokens.Count - 1;
        using Tensor rows = Tensor.Zeros(latents.Length, width);
        for (int i = 0; i < latents.Length; i++)
        {
            Span<float> row = rows.Data.Slice(i * width, width);
            AddWritten(replacement, latents[i].Layer, latents[i].Latent, row, last);
            Pass(replacement.FinalPath, row, last);
        }
        Tensor matrix = FrozenNorm.Weight(model, "unembed.W_U") ?? model.Weights["embed.W_E"];
        using Tensor logits = Ops.MatMul(rows, matrix, transposed: true);
        int vocabulary = logits.Shape[1];
        LatentEffects[] effects = new LatentEffects[latents.Length];
        Work.For(latents.Length, 1, (start, end) =>
        {
            for (int i = start; i < end; i++)
                effects[i] = Extremes(logits.Data.Slice(i * vocabulary, vocabulary), most);
        });
        return effects;
    }

    // Σ over the layers that it writes, each through the norm that may follow the MLP there.
    static void AddWritten(LocalReplacement replacement, int layer, int latent, Span<float> sum, int position)
    {
        float[] part = new float[sum.Length];
        for (int written = layer; written < replacement.Model.Config.NLayers; written++)
            foreach (int output in replacement.Sites.OutputsTo(layer, written))
            {
                Tensor decoder = replacement.Coders.Coders[layer].Weights.Decoders[output].Weight;
                decoder.Data.Slice(latent * sum.Length, sum.Length).CopyTo(part);
                Pass(replacement.Layer(written).Writes, part, position);
                TensorPrimitives.Add(sum, part, sum);
            }
    }

    // y = (x − μ) / s · gain.
    static void Pass(FrozenPath path, Span<float> x, int position)
    {
        if (path.IsCentred)
            TensorPrimitives.Subtract(x, Reduce.Sum(x) / x.Length, x);
        if (path.Scales is not null)
            TensorPrimitives.Divide(x, path.Scales[position], x);
        if (path.Gain is not null)
            TensorPrimitives.Multiply(x, path.Gain, x);
    }

    static LatentEffects Extremes(Span<float> logits, int most)
    {
        TensorPrimitives.Subtract(logits, Reduce.Sum(logits) / logits.Length, logits);
        float[] values = logits.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length).OrderByDescending(token => values[token])];
        return new(
            [.. order.Take(most).Select(token => (token, values[token]))],
            [.. order.Reverse().Take(most).Select(token => (token, values[token]))]);
    }
}

/// <summary>What a latent adds to logits for an activation of 1, in nats.</summary>
/// <param name="Promotes">The tokens that it raises most, with how much.</param>
/// <param name="Suppresses">The tokens that it lowers most, with how much.</param>
public sealed record LatentEffects(
    IReadOnlyList<(int Token, float Effect)> Promotes, IReadOnlyList<(int Token, float Effect)> Suppresses);
