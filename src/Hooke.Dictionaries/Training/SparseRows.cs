using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Sums of decoder rows, a row of a batch at a time.</summary>
static class SparseRows
{
    /// <summary>
    /// Adds f · W_dec to the sites' rows, for the latents of a list from a place on that are below a bound; gives the next place.
    /// </summary>
    public static int Add(
        TrainedCoder coder, ReadOnlySpan<int> latents, ReadOnlySpan<float> values, Func<int, float, float> function,
        int at, int below, float[][] sites)
    {
        for (; at < latents.Length && latents[at] < below; at++)
        {
            float f = function(latents[at], values[at]);
            if (f == 0)
                continue;
            ReadOnlySpan<float> row = coder.Decoder.Row(latents[at]);
            for (int o = 0; o < coder.Sites.Length; o++)
            {
                Span<float> sum = sites[coder.Sites[o]];
                TensorPrimitives.FusedMultiplyAdd(row[coder.Offsets[o]..coder.Offsets[o + 1]], f, sum, sum);
            }
        }
        return at;
    }

    /// <summary>Σ over the rows of a matrix [rows, width], from the first row to the last.</summary>
    public static float[] ColumnSums(Tensor matrix)
    {
        const int Columns = 64;
        int rows = matrix.Shape[0], width = matrix.Shape[1];
        float[] sums = new float[width];
        Work.For(width, Columns, (start, end) =>
        {
            Span<float> part = sums.AsSpan(start, end - start);
            for (int r = 0; r < rows; r++)
                TensorPrimitives.Add(part, matrix.Data.Slice((r * width) + start, part.Length), part);
        });
        return sums;
    }

    /// <summary>Rows that one thread takes at a time.</summary>
    public static int Grain => 16;

    /// <summary>Room for a row of every site.</summary>
    public static float[][] Room(IReadOnlyList<CoderSite> sites) => [.. sites.Select(site => new float[site.Width])];
}
