namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[b, p, h] = x[b, p] for every head; ∂x = Σ over heads of ∂y.</summary>
    /// <param name="x">[batch, pos, d_model]</param>
    /// <param name="heads">Number of heads.</param>
    /// <returns>[batch, pos, head, d_model]</returns>
    public static Tensor CopyToHeads(Tensor x, int heads)
    {
        Tensor y = Tensor.Uninitialized(x.Shape[0], x.Shape[1], heads, x.Shape[2]);
        Backend.Current.CopyToHeads(x, y);
        if (Tape.For(x) is { } tape)
        {
            Tensor kept = tape.Keep(x);
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(kept.Shape);
                Backend.Current.SumHeads(dy, dx);
                Tape.Accumulate(kept, dx);
            });
        }
        return y;
    }

    /// <summary>y[b, p, h] = x[b, p, h] · W[h′] + bias[h′]: each head's projection of an input of its own.</summary>
    /// <param name="x">[batch, pos, head, d_model]</param>
    /// <param name="weight">W_Q, W_K or W_V, [d_model, kv_head · d_head]; h′ is the head's group</param>
    /// <param name="bias">[kv_head · d_head], or null for none</param>
    /// <param name="dHead">Width of a head.</param>
    /// <returns>[batch, pos, head, d_head]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    /// <remarks>∂x = ∂y · W[h′]ᵀ; no gradient is had with respect to weight and bias.</remarks>
    public static Tensor HeadProjections(Tensor x, Tensor weight, Tensor? bias, int dHead)
    {
        (int heads, int kvHeads) = (x.Shape[2], weight.Shape[1] / dHead);
        if (kvHeads == 0 || weight.Shape[1] != kvHeads * dHead || heads % kvHeads != 0 || weight.Shape[0] != x.Shape[3]
            || (bias is not null && bias.Shape.Count != weight.Shape[1]))
            throw new ArgumentException($"projections of {x.Shape} by {weight.Shape} plus {bias?.Shape} into heads of {dHead}");
        int group = heads / kvHeads;
        Tensor y = Tensor.Uninitialized(x.Shape[0], x.Shape[1], heads, dHead);
        Backend.Current.HeadProjections(x, weight, group, inverse: false, y);
        if (bias is not null)
        {
            using Tensor perHead = Tensor.Uninitialized(heads * dHead);
            for (int h = 0; h < heads; h++)
                bias.Data.Slice(h / group * dHead, dHead).CopyTo(perHead.Data[(h * dHead)..]);
            using Tensor allHeads = y.Reshape(x.Shape[0], x.Shape[1], heads * dHead);
            Backend.Current.AddToRows(allHeads, perHead);
        }
        if (Tape.For(x, weight, bias) is { } tape)
        {
            if (tape.Follows(weight) || (bias is not null && tape.Follows(bias)))
                throw new InvalidOperationException(
                    "Bug in Hooke: no gradient of head projections with respect to their weights");
            (Tensor kept, Tensor keptWeight) = (tape.Keep(x), tape.Keep(weight));
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(kept.Shape);
                Backend.Current.HeadProjections(dy, keptWeight, group, inverse: true, dx);
                Tape.Accumulate(kept, dx);
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y[b, p, h] = x[b, p, h] · W[:, h′], or · W[:, h′]ᵀ for the inverse direction.</summary>
    public abstract void HeadProjections(Tensor x, Tensor weight, int group, bool inverse, Tensor y);
}

internal sealed unsafe partial class CpuBackend
{
    public override void HeadProjections(Tensor x, Tensor weight, int group, bool inverse, Tensor y)
    {
        int width = inverse ? x.Shape[3] : y.Shape[3];
        Gemm.MultiplyBatch(x.Shape[2], h =>
        {
            RightMatrix ofHead = weight.Right(transposed: false).Part(0, weight.Shape[0], h / group * width, width);
            return new(AcrossBatch(x, h), inverse ? ofHead.Transposed : ofHead, AcrossBatch(y, h));
        });
    }
}
