namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y[b, p, h] = z[b, p, h] · W_O[h]: what each head adds to the residual stream.</summary>
    /// <param name="z">[batch, pos, head, d_head]</param>
    /// <param name="weight">W_O, [head · d_head, d_model]</param>
    /// <returns>[batch, pos, head, d_model]</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor HeadOutputs(Tensor z, Tensor weight)
    {
        (int heads, int width) = (z.Shape[2], weight.Shape[^1]);
        if (weight.Shape[0] != heads * z.Shape[3])
            throw new ArgumentException($"head outputs of z {z.Shape} and W_O {weight.Shape}");
        Tensor y = Tensor.Uninitialized(z.Shape[0], z.Shape[1], heads, width);
        Backend.Current.HeadOutputs(z, weight, y);
        if (Tape.For(z, weight) is { } tape)
        {
            if (tape.Follows(weight))
                throw new InvalidOperationException("Bug in Hooke: no gradient of head outputs with respect to W_O");
            (Tensor keptZ, Tensor keptWeight) = (tape.Keep(z), tape.Keep(weight));
            tape.Record(y, dy =>
            {
                Tensor dz = Tensor.Uninitialized(keptZ.Shape);
                Backend.Current.HeadOutputsBackward(keptWeight, dy, dz);
                Tape.Accumulate(keptZ, dz);
            });
        }
        return y;
    }

    /// <summary>y[…, :] = Σ over heads, first to last, of x[…, h, :].</summary>
    /// <param name="x">[batch, pos, head, width]</param>
    /// <returns>[batch, pos, width]</returns>
    public static Tensor SumHeads(Tensor x)
    {
        Tensor y = Tensor.Uninitialized(x.Shape[0], x.Shape[1], x.Shape[3]);
        Backend.Current.SumHeads(x, y);
        if (Tape.For(x) is { } tape)
        {
            Tensor kept = tape.Keep(x);
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(kept.Shape);
                Backend.Current.CopyToHeads(dy, dx);
                Tape.Accumulate(kept, dx);
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y[b, p, h] = z[b, p, h] · W[h].</summary>
    public abstract void HeadOutputs(Tensor z, Tensor weight, Tensor y);

    /// <summary>dz[b, p, h] = dy[b, p, h] · W[h]ᵀ.</summary>
    public abstract void HeadOutputsBackward(Tensor weight, Tensor dy, Tensor dz);

    /// <summary>y[r] = Σₕ x[r, h].</summary>
    public abstract void SumHeads(Tensor x, Tensor y);

    /// <summary>x[r, h] = y[r] for every head.</summary>
    public abstract void CopyToHeads(Tensor y, Tensor x);
}

internal sealed unsafe partial class CpuBackend
{
    public override void HeadOutputs(Tensor z, Tensor weight, Tensor y) => Gemm.MultiplyBatch(z.Shape[2], h =>
        new(AcrossBatch(z, h), HeadWeight(weight, h, z.Shape[3]), AcrossBatch(y, h)));

    public override void HeadOutputsBackward(Tensor weight, Tensor dy, Tensor dz) => Gemm.MultiplyBatch(dz.Shape[2], h =>
        new(AcrossBatch(dy, h), HeadWeight(weight, h, dz.Shape[3]).Transposed, AcrossBatch(dz, h)));

    public override void SumHeads(Tensor x, Tensor y)
    {
        (int heads, int width) = (x.Shape[2], x.Shape[3]);
        Work.For(y.Shape.Rows, RowGrain(width * heads), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Span<float> sum = y.Data.Slice(r * width, width);
                x.Data.Slice(r * heads * width, width).CopyTo(sum);
                for (int h = 1; h < heads; h++)
                    System.Numerics.Tensors.TensorPrimitives.Add(sum, x.Data.Slice(((r * heads) + h) * width, width), sum);
            }
        });
    }

    public override void CopyToHeads(Tensor y, Tensor x)
    {
        (int heads, int width) = (x.Shape[2], x.Shape[3]);
        Work.For(y.Shape.Rows, RowGrain(width * heads), (start, end) =>
        {
            for (int r = start * heads; r < end * heads; r++)
                y.Data.Slice(r / heads * width, width).CopyTo(x.Data.Slice(r * width, width));
        });
    }

    // Head h of [batch, pos, head, width] over all batches and positions, as [batch · pos, width].
    static MatrixView AcrossBatch(Tensor x, int h)
    {
        (int heads, int width) = (x.Shape[2], x.Shape[3]);
        return new(x.Pointer + (h * width), x.Shape[0] * x.Shape[1], width, heads * width, 1);
    }

    static RightMatrix HeadWeight(Tensor weight, int h, int dHead) =>
        weight.Right(transposed: false).Part(h * dHead, dHead, 0, weight.Shape[1]);
}
