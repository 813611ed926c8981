using System.Numerics;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Samples of features that are seldom there: uniform in [0, 1) with probability 1 − S, else 0.</summary>
static class SparseFeatures
{
    const int Lanes = 64;
    const int DensityBits = 53;

    /// <summary>Samples [samples, features]; the same for the same stream.</summary>
    /// <param name="x">Overwritten.</param>
    /// <param name="sparsity">S, in [0, 1).</param>
    /// <param name="rng">The batch's own stream.</param>
    public static void Fill(Tensor x, double sparsity, Rng rng)
    {
        Span<float> values = x.Data;
        values.Clear();
        ulong density = (ulong)Math.Round((1 - sparsity) * (1UL << DensityBits)), next = 0, spare = 0;
        bool hasSpare = false;
        for (int start = 0; start < values.Length; start += Lanes)
        {
            int count = Math.Min(Lanes, values.Length - start);
            ulong present = Present(density, rng, ref next);
            if (count < Lanes)
                present &= (1UL << count) - 1;
            for (; present != 0; present &= present - 1)
            {
                spare = hasSpare ? spare >> 32 : rng.Bits(next++); // two values of 24 bits from each word
                hasSpare = !hasSpare;
                values[start + BitOperations.TrailingZeroCount(present)] = ((uint)spare >> 8) * (1f / (1 << 24));
            }
        }
    }

    // 64 uniform numbers compared with the density at once, from the first bit on, until each is known to be below or not.
    static ulong Present(ulong density, Rng rng, ref ulong next)
    {
        if (density >> DensityBits != 0)
            return ulong.MaxValue;
        ulong below = 0, open = ulong.MaxValue;
        for (int bit = DensityBits - 1; bit >= 0 && open != 0; bit--)
        {
            ulong random = rng.Bits(next++);
            if (((density >> bit) & 1) != 0)
            {
                below |= open & ~random;
                open &= random;
            }
            else
                open &= ~random;
        }
        return below;
    }
}
