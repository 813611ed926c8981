using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>latents · W_dec by the rows of W_dec that are active alone.</summary>
/// <remarks>
/// Rows are added in the order of the latents with fused multiply-add, which is what the dense product does, so both
/// give the same bytes.
/// </remarks>
static class SparseDecoding
{
    /// <summary>y [rows, d_out] = latents · weight [n_latents, d_out].</summary>
    public static Tensor Multiply(SparseLatents latents, Tensor weight)
    {
        int width = weight.Shape[1];
        Tensor y = Tensor.Zeros(latents.Rows, width);
        Work.For(latents.Rows, 8, (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Span<float> row = y.Data.Slice(r * width, width);
                ReadOnlySpan<int> active = latents.LatentsOf(r);
                ReadOnlySpan<float> values = latents.ValuesOf(r);
                for (int i = 0; i < active.Length; i++)
                    TensorPrimitives.FusedMultiplyAdd(weight.Data.Slice(active[i] * width, width), values[i], row, row);
            }
        });
        return y;
    }
}
