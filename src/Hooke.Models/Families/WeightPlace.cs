using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A weight's place: a tensor of the checkpoint, or one of equal parts of it along its output axis.</summary>
/// <param name="Tensor">The tensor's name.</param>
/// <param name="IsOutIn">Whether the matrix is stored [out, in].</param>
/// <param name="Part">Which part.</param>
/// <param name="Parts">How many equal parts lie side by side.</param>
/// <param name="Groups">How many times the parts alternate along the output axis, such as once per head.</param>
/// <param name="HeadsIn">Where the input axis is stored as two, heads first: their number, else 0.</param>
/// <param name="HeadsOut">Where each head's matrix is stored for itself, [head, in, d_head]: their number, else 0.</param>
public sealed record WeightPlace(
    string Tensor, bool IsOutIn = false, int Part = 0, int Parts = 1, int Groups = 1, int HeadsIn = 0, int HeadsOut = 0)
{
    /// <summary>Whether the tensor is the weight as Hooke has it, element by element.</summary>
    internal bool IsWhole => Parts == 1 && !IsOutIn && HeadsOut == 0;

    /// <summary>The sizes of the tensor that holds a weight of this shape.</summary>
    internal long[] Stored(Shape shape)
    {
        long outputs = shape[^1], inputs = shape.Rank == 2 ? shape[0] : 1;
        if (HeadsOut > 0)
            return shape.Rank == 2 ? [HeadsOut, inputs, outputs / HeadsOut] : [HeadsOut, outputs / HeadsOut];
        if (HeadsIn > 0)
            return [HeadsIn, inputs / HeadsIn, outputs];
        return shape.Rank == 1 ? [outputs * Parts] : IsOutIn ? [outputs * Parts, inputs] : [inputs, outputs * Parts];
    }

    /// <summary>Where the column of an output begins in the tensor, and how far its inputs lie apart.</summary>
    internal (long Start, long Stride) Column(long output, long inputs, long outputs)
    {
        if (HeadsOut > 0)
        {
            (long head, long within) = Math.DivRem(output, outputs / HeadsOut);
            return ((head * inputs * (outputs / HeadsOut)) + within, outputs / HeadsOut);
        }
        (long group, long inGroup) = Math.DivRem(output, outputs / Groups);
        long place = (((group * Parts) + Part) * (outputs / Groups)) + inGroup;
        return IsOutIn ? (place * inputs, 1) : (place, outputs * Parts);
    }
}
