using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Means of recorded activations.</summary>
public static class Means
{
    /// <summary>The mean over prompts and positions of a run, padding left out, copied to every place of a shape.</summary>
    /// <param name="from">[batch, pos, …]</param>
    /// <param name="tokens">The prompts of that run.</param>
    /// <param name="shape">[batch′, pos′, …], the same from the third axis on</param>
    public static Tensor OverPrompts(Tensor from, TokenBatch tokens, Shape shape)
    {
        float[] mean = Row(from, tokens);
        Tensor everywhere = Tensor.Zeros(shape);
        for (int r = 0; r < shape[0] * shape[1]; r++)
            mean.CopyTo(everywhere.Data[(r * mean.Length)..]);
        return everywhere;
    }

    /// <summary>The mean of one position's values over prompts and positions, padding left out.</summary>
    internal static float[] Row(Tensor from, TokenBatch tokens)
    {
        int width = from.Shape.Count / (from.Shape[0] * from.Shape[1]);
        double[] sums = new double[width];
        int rows = 0;
        for (int b = 0; b < tokens.Count; b++)
            for (int p = 0; p < tokens.Lengths[b]; p++, rows++)
            {
                ReadOnlySpan<float> row = from.Data.Slice(((b * from.Shape[1]) + p) * width, width);
                for (int i = 0; i < width; i++)
                    sums[i] += row[i];
            }
        return [.. sums.Select(sum => (float)(sum / rows))];
    }
}
