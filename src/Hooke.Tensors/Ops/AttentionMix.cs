namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>z[b, i, h] = Σⱼ pattern[b, h, i, j] · v[b, j, h′].</summary>
    /// <param name="pattern">[batch, head, query_pos, key_pos]</param>
    /// <param name="v">[batch, ≥ key_pos, kv_head, d_head], of which the first positions are used; h′ is the head's group</param>
    /// <returns>[batch, query_pos, head, d_head]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor AttentionMix(Tensor pattern, Tensor v)
    {
        (Shape p, Shape s) = (pattern.Shape, v.Shape);
        if (p.Rank != 4 || s.Rank != 4 || p[0] != s[0] || p[3] > s[1] || p[1] % s[2] != 0)
            throw new ArgumentException($"a mix of values {s} by patterns {p}");
        AttentionSizes sizes = new(p[0], p[2], p[3], p[1], s[2], s[3]);
        Tensor z = Tensor.Uninitialized(sizes.Batch, sizes.Queries, sizes.Heads, sizes.DHead);
        Backend.Current.AttentionMix(pattern, v, sizes, z);
        if (Tape.For(pattern, v) is { } tape)
        {
            (Tensor keptPattern, Tensor keptV) = (tape.Keep(pattern), tape.Keep(v));
            tape.Record(z, dz =>
            {
                Tensor dPattern = Tensor.Uninitialized(keptPattern.Shape), dv = Tensor.Uninitialized(keptV.Shape);
                Backend.Current.AttentionMixBackward(keptPattern, keptV, sizes, dz, dPattern, dv);
                Give(tape, keptPattern, dPattern);
                Give(tape, keptV, dv);
            });
        }
        return z;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>z = pattern · v per head.</summary>
    public abstract void AttentionMix(Tensor pattern, Tensor v, AttentionSizes sizes, Tensor z);

    /// <summary>dPattern = dz vᵀ, dv = patternᵀ dz, summed over the heads of a group from first to last.</summary>
    public abstract void AttentionMixBackward(
        Tensor pattern, Tensor v, AttentionSizes sizes, Tensor dz, Tensor dPattern, Tensor dv);
}

internal sealed unsafe partial class CpuBackend
{
    public override void AttentionMix(Tensor pattern, Tensor v, AttentionSizes sizes, Tensor z) =>
        Gemm.MultiplyBatch(sizes.Batch * sizes.Heads, item =>
        {
            (int b, int h) = Math.DivRem(item, sizes.Heads);
            return new(sizes.PatternOf(pattern, b, h), AttentionSizes.HeadOf(v, b, h / sizes.Group, sizes.Keys),
                AttentionSizes.HeadOf(z, b, h, sizes.Queries));
        });

    public override void AttentionMixBackward(
        Tensor pattern, Tensor v, AttentionSizes sizes, Tensor dz, Tensor dPattern, Tensor dv)
    {
        Gemm.MultiplyBatch(sizes.Batch * sizes.Heads, item =>
        {
            (int b, int h) = Math.DivRem(item, sizes.Heads);
            return new(AttentionSizes.HeadOf(dz, b, h, sizes.Queries),
                AttentionSizes.HeadOf(v, b, h / sizes.Group, sizes.Keys).Transposed, sizes.PatternOf(dPattern, b, h));
        });
        Unused(dv, sizes.Keys);
        MultiplyGroups(sizes, pattern, dz, dv);
    }
}
