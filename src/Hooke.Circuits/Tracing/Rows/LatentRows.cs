using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Latents' pre-activations as directions in the stream.</summary>
sealed class LatentRows(LocalReplacement replacement, SourceSpace space)
{
    /// <summary>One injection for each latent.</summary>
    public Injection[] Of(IReadOnlyList<(int Layer, int Position, int Latent)> latents)
    {
        Injection[] injections = new Injection[latents.Count];
        foreach (IGrouping<int, int> layer in Enumerable.Range(0, latents.Count).GroupBy(i => latents[i].Layer))
        {
            int[] of = [.. layer];
            using Tensor encoders = Ops.GatherColumns(
                replacement.Coders.Coders[layer.Key].Weights.Encoder, [.. of.Select(i => latents[i].Latent)]);
            int width = encoders.Shape[1];
            Work.For(of.Length, Flow.Grain(width), (start, end) =>
            {
                for (int i = start; i < end; i++)
                    injections[of[i]] = Of(latents[of[i]], encoders.Data.Slice(i * width, width).ToArray());
            });
        }
        return injections;
    }

    Injection Of((int Layer, int Position, int Latent) latent, float[] encoder)
    {
        float bias = replacement.Coders.Coders[latent.Layer].Weights.EncoderBias.Data[latent.Latent];
        List<(int, float)> constants = [(space.Bias(BiasPart.Encoder, latent.Layer), bias)];
        if (replacement.Sites.ReadsGain && space.Weight($"blocks.{latent.Layer}.ln2.b") is { } normBias)
            constants.Add((space.Bias(BiasPart.MlpNorm, latent.Layer), Reduce.Dot(encoder, normBias.Data)));
        replacement.Layer(latent.Layer).Reads.PullBack(encoder, latent.Position);
        int point = (2 * latent.Layer) + (replacement.Sites.ReadsBeforeAttention ? 0 : 1);
        return new(point, latent.Position, encoder, constants);
    }
}
