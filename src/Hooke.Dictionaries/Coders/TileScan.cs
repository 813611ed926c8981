using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hooke.Dictionaries;

/// <summary>The rows of a tile searched for numbers above a bound.</summary>
static class TileScan
{
    /// <summary>Adds every product whose p = product + bias, times its norm if given, is above the bound.</summary>
    /// <param name="products">Part of a row of products.</param>
    /// <param name="first">The latent of the first.</param>
    /// <param name="biases">b_enc, of all latents.</param>
    /// <param name="norms">‖W_dec‖ of all latents, or none.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="take">Takes (latent, p) and gives the bound from then on.</param>
    public static void Above(
        ReadOnlySpan<float> products, int first, ReadOnlySpan<float> biases, ReadOnlySpan<float> norms, float bound,
        Func<int, float, float> take)
    {
        ref float row = ref MemoryMarshal.GetReference(products);
        ref float bias = ref MemoryMarshal.GetReference(biases[first..]);
        ref float norm = ref MemoryMarshal.GetReference(norms.IsEmpty ? norms : norms[first..]);
        Vector512<float> bounds = Vector512.Create(bound);
        int i = 0;
        for (; i <= products.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> p = Vector512.LoadUnsafe(ref row, (nuint)i) + Vector512.LoadUnsafe(ref bias, (nuint)i);
            Vector512<float> rank = norms.IsEmpty ? p : p * Vector512.LoadUnsafe(ref norm, (nuint)i);
            ulong above = Vector512.GreaterThan(rank, bounds).ExtractMostSignificantBits();
            if (above == 0)
                continue;
            for (; above != 0; above &= above - 1)
            {
                int at = i + BitOperations.TrailingZeroCount(above);
                bound = take(first + at, products[at] + biases[first + at]);
            }
            bounds = Vector512.Create(bound);
        }
        for (; i < products.Length; i++)
        {
            float p = products[i] + biases[first + i];
            if ((norms.IsEmpty ? p : p * norms[first + i]) > bound)
                bound = take(first + i, p);
        }
    }

    /// <summary>Adds every p = product + bias, or the bare product, whose p is above its latent's own bound.</summary>
    public static void AboveOwn(
        ReadOnlySpan<float> products, int first, ReadOnlySpan<float> biases, ReadOnlySpan<float> bounds, bool addsBare,
        EntryList to)
    {
        ref float row = ref MemoryMarshal.GetReference(products);
        ref float bias = ref MemoryMarshal.GetReference(biases[first..]), bound = ref MemoryMarshal.GetReference(bounds[first..]);
        int i = 0;
        for (; i <= products.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> p = Vector512.LoadUnsafe(ref row, (nuint)i) + Vector512.LoadUnsafe(ref bias, (nuint)i);
            ulong above = Vector512.GreaterThan(p, Vector512.LoadUnsafe(ref bound, (nuint)i)).ExtractMostSignificantBits();
            for (; above != 0; above &= above - 1)
                Add(i + BitOperations.TrailingZeroCount(above), products, first, biases, addsBare, to);
        }
        for (; i < products.Length; i++)
            if (products[i] + biases[first + i] > bounds[first + i])
                Add(i, products, first, biases, addsBare, to);
    }

    static void Add(int i, ReadOnlySpan<float> products, int first, ReadOnlySpan<float> biases, bool bare, EntryList to) =>
        to.Add(first + i, bare ? products[i] : products[i] + biases[first + i]);
}
