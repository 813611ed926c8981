using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>‖W_dec‖ of a latent: of all outputs side by side, or the sum over the outputs.</summary>
static class RowNorm
{
    public static float Of(TrainedCoder coder, int latent, bool sums)
    {
        ReadOnlySpan<float> row = coder.Decoder.Row(latent);
        if (!sums)
            return MathF.Sqrt(Reduce.SumOfSquares(row));
        float norm = 0;
        for (int o = 0; o < coder.Sites.Length; o++)
            norm += MathF.Sqrt(Reduce.SumOfSquares(row[coder.Offsets[o]..coder.Offsets[o + 1]]));
        return norm;
    }

    /// <summary>Adds slope · ∂norm/∂W_dec; nothing where a norm is 0.</summary>
    public static void AddGradient(TrainedCoder coder, int latent, float slope, bool sums, Span<float> gradient)
    {
        if (slope == 0)
            return;
        ReadOnlySpan<float> row = coder.Decoder.Row(latent);
        int parts = sums ? coder.Sites.Length : 1;
        for (int o = 0; o < parts; o++)
        {
            Range part = sums ? coder.Offsets[o]..coder.Offsets[o + 1] : ..row.Length;
            float norm = MathF.Sqrt(Reduce.SumOfSquares(row[part]));
            if (norm > 0)
                TensorPrimitives.FusedMultiplyAdd(row[part], slope / norm, gradient[part], gradient[part]);
        }
    }
}
