using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Recorded activations, each prompt's given to another prompt.</summary>
public static class Resampling
{
    /// <summary>
    /// The prompts stand in a random circle, and each gets what the next one has; a position that the next one is too
    /// short for comes from the first that is long enough, so that padding is never read.
    /// </summary>
    /// <param name="from">[batch, pos, …]; of an attention pattern only where all prompts are equally long</param>
    /// <param name="tokens">The prompts of that run.</param>
    /// <param name="seed">Of the circle.</param>
    public static Tensor OverPrompts(Tensor from, TokenBatch tokens, ulong seed)
    {
        int[] circle = [.. Enumerable.Range(0, tokens.Count)];
        new Rng(seed).Fork("resample").Draw().Shuffle(circle);
        int width = from.Shape.Count / (tokens.Count * tokens.Positions);
        Tensor resampled = from.Clone();
        for (int i = 0; i < circle.Length; i++)
            for (int p = 0; p < tokens.Lengths[circle[i]]; p++)
            {
                int next = (i + 1) % circle.Length;
                while (tokens.Lengths[circle[next]] <= p)
                    next = (next + 1) % circle.Length;
                from.Data.Slice(((circle[next] * tokens.Positions) + p) * width, width)
                    .CopyTo(resampled.Data[(((circle[i] * tokens.Positions) + p) * width)..]);
            }
        return resampled;
    }
}
