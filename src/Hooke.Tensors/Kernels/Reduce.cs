using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

/// <summary>
/// Sums in one fixed order on every machine: four blocks of eight lanes while 32 numbers are left, the blocks added as
/// (b0+b1)+(b2+b3), then eight at a time, then the tail lane by lane, and the lanes at last as
/// ((l0+l4)+(l2+l6))+((l1+l5)+(l3+l7)).
/// </summary>
public static class Reduce
{
    /// <summary>Σ x[i]; 0 for none.</summary>
    public static float Sum(ReadOnlySpan<float> x) => Lanes<Itself>(x, x, 0);

    /// <summary>Σ x[i]²; 0 for none.</summary>
    public static float SumOfSquares(ReadOnlySpan<float> x) => Lanes<Product>(x, x, 0);

    /// <summary>Σ (x[i] − mean)²; 0 for none.</summary>
    public static float SumOfSquaredDifferences(ReadOnlySpan<float> x, float mean) =>
        Lanes<SquaredDifference>(x, x, mean);

    /// <summary>Σ x[i] · y[i]; 0 for none.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => x.Length == y.Length
        ? Lanes<Product>(x, y, 0)
        : throw new ArgumentException($"Dot is asked of {x.Length} and {y.Length} numbers; give equal lengths.");

    /// <summary>The largest x[i], NaN if any is NaN; −∞ for none.</summary>
    public static float Max(ReadOnlySpan<float> x)
    {
        int i = 0;
        Vector256<float> lanes = Vector256.Create(float.NegativeInfinity);
        for (; i <= x.Length - 8; i += 8)
            lanes = Vector256.Max(lanes, Vector256.Create(x.Slice(i, 8)));
        float max = float.NegativeInfinity;
        for (int lane = 0; lane < 8; lane++)
            max = MathF.Max(max, lanes[lane]);
        for (; i < x.Length; i++)
            max = MathF.Max(max, x[i]);
        return max;
    }

    /// <summary>What is summed. Products and sums round separately, not fused, to be fast everywhere.</summary>
    interface ITerm
    {
        static abstract Vector256<float> Of(Vector256<float> x, Vector256<float> y, Vector256<float> constant);
    }

    static float Lanes<TTerm>(ReadOnlySpan<float> x, ReadOnlySpan<float> y, float constant)
        where TTerm : struct, ITerm
    {
        ref float x0 = ref MemoryMarshal.GetReference(x), y0 = ref MemoryMarshal.GetReference(y);
        Vector256<float> c = Vector256.Create(constant);
        Vector256<float> b0 = default, b1 = default, b2 = default, b3 = default;
        int i = 0;
        for (; i <= x.Length - 32; i += 32)
        {
            b0 += Load<TTerm>(ref x0, ref y0, i, c);
            b1 += Load<TTerm>(ref x0, ref y0, i + 8, c);
            b2 += Load<TTerm>(ref x0, ref y0, i + 16, c);
            b3 += Load<TTerm>(ref x0, ref y0, i + 24, c);
        }
        Vector256<float> lanes = (b0 + b1) + (b2 + b3);
        for (; i <= x.Length - 8; i += 8)
            lanes += Load<TTerm>(ref x0, ref y0, i, c);
        if (i < x.Length)
            lanes = AddTail<TTerm>(lanes, x[i..], y[i..], c);
        return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Load<TTerm>(ref float x, ref float y, int i, Vector256<float> constant)
        where TTerm : struct, ITerm =>
        TTerm.Of(Vector256.LoadUnsafe(ref x, (nuint)i), Vector256.LoadUnsafe(ref y, (nuint)i), constant);

    static Vector256<float> AddTail<TTerm>(
        Vector256<float> lanes, ReadOnlySpan<float> x, ReadOnlySpan<float> y, Vector256<float> constant)
        where TTerm : struct, ITerm
    {
        Span<float> xTail = stackalloc float[8], yTail = stackalloc float[8];
        xTail.Clear();
        yTail.Clear();
        x.CopyTo(xTail);
        y.CopyTo(yTail);
        Vector256<float> terms = TTerm.Of(
            Vector256.Create((ReadOnlySpan<float>)xTail), Vector256.Create((ReadOnlySpan<float>)yTail), constant);
        Vector256<int> present = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(x.Length));
        return Vector256.ConditionalSelect(present.AsSingle(), lanes + terms, lanes);
    }

    readonly struct Itself : ITerm
    {
        public static Vector256<float> Of(Vector256<float> x, Vector256<float> y, Vector256<float> constant) => x;
    }

    readonly struct Product : ITerm
    {
        public static Vector256<float> Of(Vector256<float> x, Vector256<float> y, Vector256<float> constant) => x * y;
    }

    readonly struct SquaredDifference : ITerm
    {
        public static Vector256<float> Of(Vector256<float> x, Vector256<float> y, Vector256<float> constant) =>
            (x - constant) * (x - constant);
    }
}
