using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Encodes without ever holding all pre-activations: the same latents, to the byte, as the dense way gives.</summary>
static class SparseEncoding
{
    const int RowsPerThread = 32;

    /// <summary>What makes a latent active, or null for kinds and inputs that only the dense way is made for.</summary>
    public static RowSearch? SearchFor(CoderConfig config, CoderWeights weights)
    {
        if (config.EncodesInDouble || config.ScalesByDecoderNorm)
            return null;
        float[]? bounds = config.Kind switch
        {
            CoderKind.Relu when config.IsRectified => new float[config.NLatents],
            CoderKind.JumpRelu or CoderKind.BatchTopK => [.. weights.Thresholds!.Data.ToArray()
                .Select(threshold => config.IsRectified ? MathF.Max(threshold, 0) : threshold)],
            _ => null,
        };
        bool isTop = config.Kind == CoderKind.TopK && config.IsRectified;
        if (!isTop && (bounds is null || bounds.Any(bound => !(bound >= 0)))) // a latent that is 0 is not active
            return null;
        return new RowSearch { Biases = weights.EncoderBias, K = isTop ? config.K : null, Bounds = bounds };
    }

    /// <summary>
    /// Latents of rows [rows, d_in]; null if one holds what is no number, which the dense way hands on, or if they are too
    /// few to be shared among threads.
    /// </summary>
    public static SparseLatents? Encode(Tensor x, Tensor encoder, RowSearch search)
    {
        if (x.Shape[0] < RowsPerThread * Work.Threads)
            return null;
        int width = x.Shape[1];
        for (int r = 0; r < x.Shape[0]; r++)
            if (!float.IsFinite(Reduce.SumOfSquares(x.Data.Slice(r * width, width))))
                return null;
        EntryList[] lists = new EntryList[x.Shape[0]];
        Ops.MatMulTiles(x, encoder, transposed: false, (row, rows) => new RowBlock(search, lists.AsSpan(row, rows)));
        return SparseLatents.Of(lists, encoder.Shape[1]);
    }
}
