using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[b, h, i, j] = scale · ⟨q[b, i, h], k[b, j, h′]⟩ for keys up to the query's position, −∞ after it.</summary>
    /// <param name="q">[batch, query_pos, head, d_head]; the last query is at the last key's position</param>
    /// <param name="k">[batch, key_pos, kv_head, d_head]; h′ is the head's group</param>
    /// <param name="scale">Usually 1/√d_head.</param>
    /// <returns>[batch, head, query_pos, key_pos]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor AttentionScores(Tensor q, Tensor k, float scale)
    {
        AttentionSizes sizes = AttentionSizes.Of(q, k);
        Tensor y = Tensor.Uninitialized(sizes.Batch, sizes.Heads, sizes.Queries, sizes.Keys);
        Backend.Current.AttentionScores(q, k, scale, sizes, y);
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

/// <summary>The sizes of an attention product; heads / kv_heads queries share each key head.</summary>
internal readonly record struct AttentionSizes(int Batch, int Queries, int Keys, int Heads, int KvHeads, int DHead)
{
    public int Group => Heads / KvHeads;

    public static AttentionSizes Of(Tensor q, Tensor k)
    {
        if (q.Shape.Rank != 4 || k.Shape.Rank != 4 || q.Shape[0] != k.Shape[0] || q.Shape[3] != k.Shape[3]
            || q.Shape[2] % k.Shape[2] != 0 || q.Shape[1] > k.Shape[1])
            throw new ArgumentException($"attention of queries {q.Shape} to keys {k.Shape}");
        return new(q.Shape[0], q.Shape[1], k.Shape[1], q.Shape[2], k.Shape[2], q.Shape[3]);
    }

    /// <summary>One head of [batch, pos, head, d_head] as a matrix [pos, d_head].</summary>
    public static unsafe MatrixView HeadOf(Tensor x, int batch, int head)
    {
        (int positions, int heads, int width) = (x.Shape[1], x.Shape[2], x.Shape[3]);
        return new(x.Pointer + ((((nint)batch * positions * heads) + head) * width), positions, width, heads * width, 1);
    }

    /// <summary>One head of [batch, head, query_pos, key_pos] as a matrix [query_pos, key_pos].</summary>
    public unsafe MatrixView PatternOf(Tensor x, int batch, int head) =>
        new(x.Pointer + ((((nint)batch * Heads) + head) * Queries * Keys), Queries, Keys);
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = scale · q kᵀ per head, −∞ where a key lies after its query.</summary>
    public abstract void AttentionScores(Tensor q, Tensor k, float scale, AttentionSizes sizes, Tensor y);

    /// <summary>dq = scale · dy k, dk = scale · dyᵀ q, summed over the heads of a group from first to last.</summary>
    public abstract void AttentionScoresBackward(
        Tensor q, Tensor k, float scale, AttentionSizes sizes, Tensor dy, Tensor dq, Tensor dk);
}

internal sealed unsafe partial class CpuBackend
{
    public override void AttentionScores(Tensor q, Tensor k, float scale, AttentionSizes sizes, Tensor y)
    {
        Gemm.MultiplyBatch(sizes.Batch * sizes.Heads, item =>
        {
            (int b, int h) = Math.DivRem(item, sizes.Heads);
            return new(AttentionSizes.HeadOf(q, b, h), AttentionSizes.HeadOf(k, b, h / sizes.Group).Transposed,
                sizes.PatternOf(y, b, h));
        });
        Work.For(sizes.Batch * sizes.Heads * sizes.Queries, RowGrain(sizes.Keys), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Span<float> row = y.Data.Slice(r * sizes.Keys, sizes.Keys);
                int visible = sizes.Keys - sizes.Queries + (r % sizes.Queries) + 1;
                TensorPrimitives.Multiply(row[..visible], scale, row[..visible]);
                row[visible..].Fill(float.NegativeInfinity);
            }
        });
    }

    public override void AttentionScoresBackward(
        Tensor q, Tensor k, float scale, AttentionSizes sizes, Tensor dy, Tensor dq, Tensor dk)
    {
        Gemm.MultiplyBatch(sizes.Batch * sizes.Heads, item =>
        {
            (int b, int h) = Math.DivRem(item, sizes.Heads);
            return new(sizes.PatternOf(dy, b, h), AttentionSizes.HeadOf(k, b, h / sizes.Group),
                AttentionSizes.HeadOf(dq, b, h));
        });
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
                return new(sizes.PatternOf(x, b, h).Transposed, AttentionSizes.HeadOf(z, b, h), AttentionSizes.HeadOf(y, b, kv));
            }, accumulate: member > 0);
        }
    }

    static void ScaleAll(Tensor x, float factor) => Work.For(x.Shape.Count, ElementGrain, (start, end) =>
        TensorPrimitives.Multiply(x.Data[start..end], factor, x.Data[start..end]));
}
