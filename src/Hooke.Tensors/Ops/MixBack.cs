namespace Hooke.Tensors;

public static partial class Ops
{
    // Rows of a pattern that are multiplied at a time: what queries before them attend to is zero.
    const int MixBackRows = 32;

    /// <summary>
    /// dv[t, j, h′] = Σₕ Σᵢ pattern[h, i, j] · dz[t, i, h] over i ≥ j and the heads h of group h′, for many gradients through
    /// one causal pattern, each reaching from position 0 up to one of its own.
    /// </summary>
    /// <param name="pattern">[head, query_pos, key_pos], zero where a key comes after the query</param>
    /// <param name="dz">[Σ lengths, head, d_head]: gradient by gradient, position by position; not followed by a tape</param>
    /// <param name="lengths">How many positions each gradient has.</param>
    /// <param name="keyValueHeads">How many groups the heads make.</param>
    /// <returns>[Σ lengths, kv_head, d_head]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor MixBack(Tensor pattern, Tensor dz, ReadOnlySpan<int> lengths, int keyValueHeads) =>
        MixBack(pattern, dz, lengths.ToArray(), keyValueHeads, isLastOnly: false);

    /// <summary>The same for gradients that are zero but at their last position, of which dz has that alone.</summary>
    /// <param name="pattern">[head, query_pos, key_pos]</param>
    /// <param name="dz">[gradients, head, d_head]</param>
    /// <param name="lengths">How many positions each gradient has.</param>
    /// <param name="keyValueHeads">How many groups the heads make.</param>
    /// <returns>[Σ lengths, kv_head, d_head]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor MixBackFromLast(Tensor pattern, Tensor dz, ReadOnlySpan<int> lengths, int keyValueHeads) =>
        MixBack(pattern, dz, lengths.ToArray(), keyValueHeads, isLastOnly: true);

    static Tensor MixBack(Tensor pattern, Tensor dz, int[] lengths, int keyValueHeads, bool isLastOnly)
    {
        (Shape p, Shape z, int rows) = (pattern.Shape, dz.Shape, lengths.Sum());
        if (p.Rank != 3 || z.Rank != 3 || z[1] != p[0] || p[0] % keyValueHeads != 0 || p[1] != p[2]
            || z[0] != (isLastOnly ? lengths.Length : rows) || lengths.Any(length => length < 1 || length > p[1]))
            throw new ArgumentException($"gradients {z} of {rows} rows in all through a pattern {p} to {keyValueHeads} heads");
        Tensor dv = Tensor.Uninitialized(rows, keyValueHeads, z[2]);
        Backend.Current.MixBack(pattern, dz, lengths, isLastOnly, MixBackRows, dv);
        return dv;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>dv = patternᵀ · dz, gradient by gradient and head by head, summed over the heads of a group in order.</summary>
    public abstract void MixBack(Tensor pattern, Tensor dz, int[] lengths, bool isLastOnly, int block, Tensor dv);
}

internal sealed unsafe partial class CpuBackend
{
    public override void MixBack(Tensor pattern, Tensor dz, int[] lengths, bool isLastOnly, int block, Tensor dv)
    {
        int[] starts = new int[lengths.Length + 1];
        for (int t = 0; t < lengths.Length; t++)
            starts[t + 1] = starts[t] + lengths[t];
        int longest = lengths.Length == 0 ? 1 : lengths.Max();
        Work.For(lengths.Length, RowGrain(longest * longest * dz.Shape[1] * dz.Shape[2] / 8), (first, end) =>
        {
            for (int t = first; t < end; t++)
                MixBackOne(pattern, dz, isLastOnly ? t : starts[t], lengths[t], isLastOnly, block, dv, starts[t]);
        });
    }

    static void MixBackOne(
        Tensor pattern, Tensor dz, int from, int length, bool isLastOnly, int block, Tensor dv, int to)
    {
        (int heads, int positions, int width, int groups) = (dz.Shape[1], pattern.Shape[1], dz.Shape[2], dv.Shape[1]);
        int most = isLastOnly ? length : block;
        for (int head = 0; head < heads; head++)
        {
            int group = head / (heads / groups);
            float* weights = pattern.Pointer + ((nint)head * positions * positions);
            for (int key = 0; key < length; key += most)
            {
                int keys = Math.Min(most, length - key), query = isLastOnly ? length - 1 : key, queries = length - query;
                MatrixView a = new(weights + ((nint)query * positions) + key, keys, queries, 1, positions);
                MatrixView b = new(dz.Pointer + ((((nint)from + (isLastOnly ? 0 : query)) * heads + head) * width),
                    queries, width, heads * width, 1);
                MatrixView c = new(dv.Pointer + ((((nint)to + key) * groups + group) * width), keys, width, groups * width, 1);
                GemmBlocks blocks = new(a, b, c, accumulate: head % (heads / groups) != 0);
                blocks.Multiply(0, blocks.Rows, 0, blocks.Panels);
            }
        }
    }
}
