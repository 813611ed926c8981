using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[b, h, i, j] = scale · ⟨q[b, i, h], k[b, j, h′]⟩ for the keys that a query sees, −∞ for others.</summary>
    /// <param name="q">[batch, query_pos, head, d_head]</param>
    /// <param name="k">[batch, key_pos, kv_head, d_head]; h′ is the head's group</param>
    /// <param name="scale">Usually 1/√d_head.</param>
    /// <param name="mask">Which keys a query sees; by default all up to its own, the last query standing at the last key.</param>
    /// <returns>[batch, head, query_pos, key_pos]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor AttentionScores(Tensor q, Tensor k, float scale, AttentionMask mask = default)
    {
        AttentionSizes sizes = AttentionSizes.Of(q, k, mask);
        Tensor y = Tensor.Uninitialized(sizes.Batch, sizes.Heads, sizes.Queries, sizes.Keys);
        Backend.Current.AttentionScores(q, k, scale, sizes, mask, y);
        if (Tape.For(q, k) is { } tape)
        {
            (Tensor keptQ, Tensor keptK) = (tape.Keep(q), tape.Keep(k));
            tape.Record(y, dy =>
            {
                // Masked scores are constants: their gradient, which softmax makes zero, is not used.
                Tensor dq = Tensor.Uninitialized(keptQ.Shape), dk = Tensor.Uninitialized(keptK.Shape);
                Backend.Current.AttentionScoresBackward(keptQ, keptK, scale, sizes, dy, dq, dk);
                Give(tape, keptQ, dq);
                Give(tape, keptK, dk);
            });
        }
        return y;
    }
}

/// <summary>Which keys a query sees: those up to its own position, as far back as the window reaches.</summary>
/// <param name="Window">How many keys a query sees, its own included; 0 for all.</param>
/// <param name="First">Position of each sequence's first query; null where the last query stands at the last key.</param>
/// <param name="Keys">How many of the key positions are in use, the first ones; 0 for all.</param>
public readonly record struct AttentionMask(int Window = 0, int[]? First = null, int Keys = 0)
{
    /// <summary>The keys that a query sees: from the first to before the end.</summary>
    internal (int From, int End) Seen(int sequence, int query, int queries, int keys)
    {
        int position = (First is null ? keys - queries : First[sequence]) + query;
        return (Window == 0 ? 0 : Math.Max(0, position - Window + 1), Math.Min(keys, position + 1));
    }
}

/// <summary>The sizes of an attention product; heads / kv_heads queries share each key head.</summary>
internal readonly record struct AttentionSizes(int Batch, int Queries, int Keys, int Heads, int KvHeads, int DHead)
{
    public int Group => Heads / KvHeads;

    public static AttentionSizes Of(Tensor q, Tensor k, AttentionMask mask)
    {
        int keys = mask.Keys == 0 && k.Shape.Rank == 4 ? k.Shape[1] : mask.Keys;
        if (q.Shape.Rank != 4 || k.Shape.Rank != 4 || q.Shape[0] != k.Shape[0] || q.Shape[3] != k.Shape[3]
            || q.Shape[2] % k.Shape[2] != 0 || q.Shape[1] > keys || keys > k.Shape[1])
            throw new ArgumentException($"attention of queries {q.Shape} to {keys} keys of {k.Shape}");
        if (mask.Window < 0 || (mask.First is { } first
            && (first.Length != q.Shape[0] || first.Any(f => f < 0 || f > keys - q.Shape[1]))))
            throw new ArgumentException($"a mask that does not fit queries {q.Shape} and {keys} keys: {mask}");
        return new(q.Shape[0], q.Shape[1], keys, q.Shape[2], k.Shape[2], q.Shape[3]);
    }

    /// <summary>One head of [batch, pos, head, d_head] as a matrix of its first rows, [rows, d_head].</summary>
    public static unsafe MatrixView HeadOf(Tensor x, int batch, int head, int rows)
    {
        (int positions, int heads, int width) = (x.Shape[1], x.Shape[2], x.Shape[3]);
        return new(x.Pointer + ((((nint)batch * positions * heads) + head) * width), rows, width, heads * width, 1);
    }

    /// <summary>One head of [batch, head, query_pos, key_pos] as a matrix [query_pos, key_pos].</summary>
    public unsafe MatrixView PatternOf(Tensor x, int batch, int head) =>
        new(x.Pointer + ((((nint)batch * Heads) + head) * Queries * Keys), Queries, Keys);
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = scale · q kᵀ per head, −∞ where a query does not see a key.</summary>
    public abstract void AttentionScores(
        Tensor q, Tensor k, float scale, AttentionSizes sizes, AttentionMask mask, Tensor y);

    /// <summary>dq = scale · dy k, dk = scale · dyᵀ q, summed over the heads of a group from first to last.</summary>
    public abstract void AttentionScoresBackward(
        Tensor q, Tensor k, float scale, AttentionSizes sizes, Tensor dy, Tensor dq, Tensor dk);
}

internal sealed unsafe partial class CpuBackend
{
    public override void AttentionScores(
        Tensor q, Tensor k, float scale, AttentionSizes sizes, AttentionMask mask, Tensor y)
    {
        Gemm.MultiplyBatch(sizes.Batch * sizes.Heads, item =>
        {
            (int b, int h) = Math.DivRem(item, sizes.Heads);
            return new(AttentionSizes.HeadOf(q, b, h, sizes.Queries),
                AttentionSizes.HeadOf(k, b, h / sizes.Group, sizes.Keys).Transposed, sizes.PatternOf(y, b, h));
        });
        Work.For(sizes.Batch * sizes.Heads * sizes.Queries, RowGrain(sizes.Keys), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Span<float> row = y.Data.Slice(r * sizes.Keys, sizes.Keys);
                int sequence = r / (sizes.Heads * sizes.Queries);
                (int from, int seen) = mask.Seen(sequence, r % sizes.Queries, sizes.Queries, sizes.Keys);
                row[..from].Fill(float.NegativeInfinity);
                TensorPrimitives.Multiply(row[from..seen], scale, row[from..seen]);
                row[seen..].Fill(float.NegativeInfinity);
            }
        });
    }

    public override void AttentionScoresBackward(
        Tensor q, Tensor k, float scale, AttentionSizes sizes, Tensor dy, Tensor dq, Tensor dk)
    {
        Gemm.MultiplyBatch(sizes.Batch * sizes.Heads, item =>
        {
            (int b, int h) = Math.DivRem(item, sizes.Heads);
            return new(sizes.PatternOf(dy, b, h), AttentionSizes.HeadOf(k, b, h / sizes.Group, sizes.Keys),
                AttentionSizes.HeadOf(dq, b, h, sizes.Queries));
        });
        Unused(dk, sizes.Keys);
        MultiplyGroups(sizes, dy, q, dk);
        ScaleAll(dq, scale);
        ScaleAll(dk, scale);
    }

    // y[b, j, h′] = Σ over the heads h of group h′, in order, of x[b, h]ᵀ · z[b, :, h].
    static void MultiplyGroups(AttentionSizes sizes, Tensor x, Tensor z, Tensor y)
    {
        for (int member = 0; member < sizes.Group; member++)
        {
            int m = member;
            Gemm.MultiplyBatch(sizes.Batch * sizes.KvHeads, item =>
            {
                (int b, int kv) = Math.DivRem(item, sizes.KvHeads);
                int h = (kv * sizes.Group) + m;
                return new(sizes.PatternOf(x, b, h).Transposed, AttentionSizes.HeadOf(z, b, h, sizes.Queries),
                    AttentionSizes.HeadOf(y, b, kv, sizes.Keys));
            }, accumulate: member > 0);
        }
    }

    // Positions that were not in use have no gradient.
    static void Unused(Tensor gradient, int keys)
    {
        if (keys < gradient.Shape[1])
            gradient.Data.Clear();
    }

    static void ScaleAll(Tensor x, float factor) => Work.For(x.Shape.Count, ElementGrain, (start, end) =>
        TensorPrimitives.Multiply(x.Data[start..end], factor, x.Data[start..end]));
}
