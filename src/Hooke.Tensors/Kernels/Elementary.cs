using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

/// <summary>
/// Elementary functions made of exactly rounded steps only, so that every machine gives the same bits. The scalar forms
/// give the bits of the vector forms. Measured errors are in units in the last place (ulp) of the exact result.
/// </summary>
/// <remarks>The polynomials are this project's own minimax fits (Remez), coefficients rounded one by one.</remarks>
public static class Elementary
{
    const float Log2E = 1.44269502f;
    const float Ln2High = 0.693147182f;
    const float Ln2Low = -1.90465421e-9f;
    const float RoundingMagic = 12582912f; // 1.5 · 2²³: adding it leaves a whole number in the low bits

    /// <summary>eˣ, within 1.1 ulp; 0 below −104, ∞ above 88.73.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        x = Clip(x, -104f, 89f);
        Vector256<float> shifted = Fma(x, Log2E, Vector256.Create(RoundingMagic));
        Vector256<float> whole = shifted - Vector256.Create(RoundingMagic);
        Vector256<float> y = Expm1Reduced(Reduce(x, whole)) + Vector256<float>.One;
        // 2ⁿ in two halves: n reaches from −150 (a denormal result, rounded once) to 128 (overflow).
        Vector256<int> n = shifted.AsInt32() - Vector256.Create(RoundingMagic).AsInt32();
        Vector256<int> half = n >> 1;
        return y * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <summary>tanh x, within 2.5 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        // tanh |x| = e / (e + 2) with e = exp(2|x|) − 1; from 10 on it is 1 to the last bit.
        Vector256<float> twice = Clip(Vector256.Abs(x) * 2f, 0f, 20f);
        Vector256<float> shifted = Fma(twice, Log2E, Vector256.Create(RoundingMagic));
        Vector256<float> whole = shifted - Vector256.Create(RoundingMagic);
        Vector256<float> scale = PowerOfTwo(shifted.AsInt32() - Vector256.Create(RoundingMagic).AsInt32());
        Vector256<float> e = Vector256.FusedMultiplyAdd(
            scale, Expm1Reduced(Reduce(twice, whole)), scale - Vector256<float>.One);
        return CopySign(e / (e + Vector256.Create(2f)), x);
    }

    /// <summary>The natural logarithm, within 1 ulp; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Log(Vector256<float> x)
    {
        Vector256<float> denormal = Vector256.LessThan(x, Vector256.Create(1.17549435e-38f));
        Vector256<float> scaled = Vector256.ConditionalSelect(denormal, x * 33554432f, x); // 2²⁵
        // scaled = 2ⁿ · m with m in [√½, √2)
        Vector256<int> sqrtHalf = Vector256.Create(0.707106769f).AsInt32();
        Vector256<int> bits = scaled.AsInt32() - sqrtHalf;
        Vector256<float> n = Vector256.ConvertToSingle(bits >> 23)
            - (denormal & Vector256.Create(25f));
        Vector256<float> m = ((bits & Vector256.Create(0x7FFFFF)) + sqrtHalf).AsSingle();
        Vector256<float> f = m - Vector256<float>.One;

        Vector256<float> p = Fma(f, -0.0763583854f, Vector256.Create(0.127683342f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(-0.131616488f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(0.142009377f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(-0.166232482f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(0.200012594f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(-0.250008225f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(0.333333313f));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(-0.5f));
        Vector256<float> y = Vector256.FusedMultiplyAdd(f * f, p, Fma(n, Ln2Low, Vector256<float>.Zero));
        y = Fma(n, Ln2High, f + y);

        Vector256<float> infinity = Vector256.Create(float.PositiveInfinity);
        y = Vector256.ConditionalSelect(Vector256.Equals(x, infinity), infinity, y);
        y = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256<float>.Zero), -infinity, y);
        Vector256<float> valid = Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero); // false for NaN too
        return Vector256.ConditionalSelect(valid, y, Vector256.Create(float.NaN));
    }

    /// <summary>sin x (radians), within 1.6 ulp for |x| ≤ 2²⁸; NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sin(Vector256<float> x) => CopySignOfZero(SinOfQuadrant(x, 0), x);

    /// <summary>cos x (radians), within 1.6 ulp for |x| ≤ 2²⁸; NaN beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Cos(Vector256<float> x) => SinOfQuadrant(x, 1);

    /// <summary>erf x = 2/√π ∫₀ˣ exp(−t²) dt, within 1.1 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Erf(Vector256<float> x)
    {
        Vector256<float> size = Vector256.Abs(x);
        Vector256<float> z = x * x;
        Vector256<float> near = Fma(z, 7.80690389e-5f, Vector256.Create(-0.00079978531f));
        near = Vector256.FusedMultiplyAdd(near, z, Vector256.Create(0.0051871622f));
        near = Vector256.FusedMultiplyAdd(near, z, Vector256.Create(-0.0268533472f));
        near = Vector256.FusedMultiplyAdd(near, z, Vector256.Create(0.112835787f));
        near = Vector256.FusedMultiplyAdd(near, z, Vector256.Create(-0.37612626f));
        near = Vector256.FusedMultiplyAdd(near, z, Vector256.Create(0.128379166f));
        near = Vector256.FusedMultiplyAdd(near, x, x);

        // 1 − exp(q(|x|)) with q a fit of log erfc on [1, 3.95]; from 3.95 on erf is 1 to the last bit.
        Vector256<float> t = Clip(size, 0f, 3.95f);
        Vector256<float> q = Fma(t, 0.000186376448f, Vector256.Create(-0.00294763339f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.021837974f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-0.103106596f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-0.63814497f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-1.12708914f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-0.000341524254f));
        Vector256<float> far = CopySign(Vector256<float>.One - Exp(q), x);
        return Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256<float>.One), near, far);
    }

    /// <inheritdoc cref="Exp(Vector256{float})"/>
    public static float Exp(float x) => Exp(Vector256.Create(x)).ToScalar();

    /// <inheritdoc cref="Tanh(Vector256{float})"/>
    public static float Tanh(float x) => Tanh(Vector256.Create(x)).ToScalar();

    /// <inheritdoc cref="Log(Vector256{float})"/>
    public static float Log(float x) => Log(Vector256.Create(x)).ToScalar();

    /// <inheritdoc cref="Sin(Vector256{float})"/>
    public static float Sin(float x) => Sin(Vector256.Create(x)).ToScalar();

    /// <inheritdoc cref="Cos(Vector256{float})"/>
    public static float Cos(float x) => Cos(Vector256.Create(x)).ToScalar();

    /// <inheritdoc cref="Erf(Vector256{float})"/>
    public static float Erf(float x) => Erf(Vector256.Create(x)).ToScalar();

    /// <summary>y[i] = exp x[i]; <paramref name="y"/> may be <paramref name="x"/> itself.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Exp(ReadOnlySpan<float> x, Span<float> y) => Map<ExpMap>(x, y);

    /// <summary>y[i] = tanh x[i]; <paramref name="y"/> may be <paramref name="x"/> itself.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Tanh(ReadOnlySpan<float> x, Span<float> y) => Map<TanhMap>(x, y);

    /// <summary>y[i] = log x[i]; <paramref name="y"/> may be <paramref name="x"/> itself.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Log(ReadOnlySpan<float> x, Span<float> y) => Map<LogMap>(x, y);

    /// <summary>y[i] = sin x[i]; <paramref name="y"/> may be <paramref name="x"/> itself.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Sin(ReadOnlySpan<float> x, Span<float> y) => Map<SinMap>(x, y);

    /// <summary>y[i] = cos x[i]; <paramref name="y"/> may be <paramref name="x"/> itself.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Cos(ReadOnlySpan<float> x, Span<float> y) => Map<CosMap>(x, y);

    /// <summary>y[i] = erf x[i]; <paramref name="y"/> may be <paramref name="x"/> itself.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Erf(ReadOnlySpan<float> x, Span<float> y) => Map<ErfMap>(x, y);

    static void Map<TMap>(ReadOnlySpan<float> x, Span<float> y)
        where TMap : struct, IMap
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"The input has {x.Length} numbers, the output {y.Length}; give as many.");
        int i = 0;
        for (; i <= x.Length - 8; i += 8)
            TMap.Apply(Vector256.Create(x.Slice(i, 8))).CopyTo(y.Slice(i, 8));
        if (i == x.Length)
            return;
        Span<float> tail = stackalloc float[8];
        tail.Clear();
        x[i..].CopyTo(tail);
        TMap.Apply(Vector256.Create((ReadOnlySpan<float>)tail)).CopyTo(tail);
        tail[..(x.Length - i)].CopyTo(y[i..]);
    }

    /// <summary>x − n · ln 2, to more than float precision in its parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Reduce(Vector256<float> x, Vector256<float> n) => Fma(n, -Ln2Low, Fma(n, -Ln2High, x));

    /// <summary>eʳ − 1 for |r| ≤ ln 2 / 2: r + r² q(r).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Expm1Reduced(Vector256<float> r)
    {
        Vector256<float> q = Fma(r, 0.00138387154f, Vector256.Create(0.00836705696f));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.0416677445f));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.16666539f));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.49999997f));
        return Vector256.FusedMultiplyAdd(r * r, q, r);
    }

    /// <summary>sin(x + quarter · π/2): reduces the angle in double precision; the polynomials are in single.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> SinOfQuadrant(Vector256<float> x, int quarter)
    {
        (Vector256<double> low, Vector256<double> high) = Vector256.Widen(x);
        (low, Vector256<double> lowTurns) = Quadrant(low);
        (high, Vector256<double> highTurns) = Quadrant(high);
        Vector256<float> r = Vector256.Narrow(low, high);
        Vector256<int> turns = (Vector256.Narrow(lowTurns, highTurns) + Vector256.Create(RoundingMagic)).AsInt32()
            + Vector256.Create(quarter);

        Vector256<float> z = r * r;
        Vector256<float> sin = Fma(z, -0.000195182845f, Vector256.Create(0.00833218917f));
        sin = Vector256.FusedMultiplyAdd(sin, z, Vector256.Create(-0.166666552f));
        sin = Vector256.FusedMultiplyAdd(sin * z, r, r);
        Vector256<float> cos = Fma(z, 2.44306702e-5f, Vector256.Create(-0.00138873013f));
        cos = Vector256.FusedMultiplyAdd(cos, z, Vector256.Create(0.0416666456f));
        cos = Vector256.FusedMultiplyAdd(cos, z, Vector256.Create(-0.5f));
        cos = Vector256.FusedMultiplyAdd(cos, z, Vector256<float>.One);

        Vector256<float> odd = Vector256.Equals(turns & Vector256<int>.One, Vector256<int>.One).AsSingle();
        Vector256<int> sign = (turns & Vector256.Create(2)) << 30;
        Vector256<float> y = (Vector256.ConditionalSelect(odd, cos, sin).AsInt32() ^ sign).AsSingle();
        Vector256<float> known = Vector256.LessThanOrEqual(Vector256.Abs(x), Vector256.Create(268435456f)); // 2²⁸
        return Vector256.ConditionalSelect(known, y, Vector256.Create(float.NaN));
    }

    /// <summary>x less the nearest multiple of π/2, and how many quarter turns modulo 4 (as −2 … 2) that was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector256<double> Remainder, Vector256<double> Turns) Quadrant(Vector256<double> x)
    {
        Vector256<double> magic = Vector256.Create(6755399441055744.0); // 1.5 · 2⁵²
        Vector256<double> n = Vector256.FusedMultiplyAdd(x, Vector256.Create(0.6366197723675814), magic) - magic;
        Vector256<double> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-1.5707963267948966), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-6.123233995736766e-17), r);
        Vector256<double> fours = Vector256.FusedMultiplyAdd(n, Vector256.Create(0.25), magic) - magic;
        return (r, Vector256.FusedMultiplyAdd(fours, Vector256.Create(-4.0), n));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Fma(Vector256<float> x, float factor, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(x, Vector256.Create(factor), addend);

    /// <summary>2ⁿ for n in −126 … 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> PowerOfTwo(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();

    /// <summary>x kept within bounds; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Clip(Vector256<float> x, float low, float high)
    {
        x = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(high)), Vector256.Create(high), x);
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(low)), Vector256.Create(low), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> CopySign(Vector256<float> size, Vector256<float> sign) =>
        Vector256.ConditionalSelect(Vector256.Create(-0f), sign, size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> CopySignOfZero(Vector256<float> y, Vector256<float> x) =>
        Vector256.ConditionalSelect(Vector256.Equals(x, Vector256<float>.Zero), x, y);

    interface IMap
    {
        static abstract Vector256<float> Apply(Vector256<float> x);
    }

    readonly struct ExpMap : IMap
    {
        public static Vector256<float> Apply(Vector256<float> x) => Exp(x);
    }

    readonly struct TanhMap : IMap
    {
        public static Vector256<float> Apply(Vector256<float> x) => Tanh(x);
    }

    readonly struct LogMap : IMap
    {
        public static Vector256<float> Apply(Vector256<float> x) => Log(x);
    }

    readonly struct SinMap : IMap
    {
        public static Vector256<float> Apply(Vector256<float> x) => Sin(x);
    }

    readonly struct CosMap : IMap
    {
        public static Vector256<float> Apply(Vector256<float> x) => Cos(x);
    }

    readonly struct ErfMap : IMap
    {
        public static Vector256<float> Apply(Vector256<float> x) => Erf(x);
    }
}
