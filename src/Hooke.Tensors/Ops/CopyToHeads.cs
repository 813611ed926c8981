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
    /// <remarks>∂x = ∂y · W[h′]ᵀ; no gradient is had with respect to the weights.</remarks>
    public static Tensor HeadProjections(Tensor x, Tensor weight, Tensor? bias, int dHead)
    {
        (int heads, int group) = (x.Shape[2], x.Shape[2] / (weight.Shape[1] / dHead));
        Tensor y = Tensor.Uninitialized(x.Shape[0], x.Shape[1], heads, dHead);
        Backend.Current.HeadProjections(x, weight, group, inverse: false, y);
        if (bias is not null)
        {
            using Tensor perHead = Tensor.Uninitialized(heads * dHead);
            for (int h = 0; h < heads; h++)
                bias.Data.Slice(h / group * dHead, dHead).CopyTo(perHead.Data[(h * dHead)..]);
            Backend.Current.AddToRows(y, perHead);
        }
        if (Tape.For(x) is { } tape)
        {
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
            MatrixView ofHead = new(weight.Pointer + (h / group * width), weight.Shape[0], width, weight.Shape[1], 1);
            return new(AcrossBatch(x, h), inverse ? ofHead.Transposed : ofHead, AcrossBatch(y, h));
        });
    }
}
