using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hooke.Tensors;

/// <summary>What the matrix kernel needs of a vector of floats; it is compiled anew for each implementation.</summary>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    static abstract int Width { get; }

    static abstract TVector Load(float* from);

    /// <summary>Widens bits of bfloat16.</summary>
    static abstract TVector LoadBF16(ushort* from);

    /// <summary>Widens bits of IEEE half precision.</summary>
    static abstract TVector LoadF16(ushort* from);

    static abstract void Store(TVector vector, float* to);

    static abstract TVector Broadcast(float* from);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);
}

/// <summary>A number known to the compiler.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadBF16(ushort* from) => (Wide(from) << 16).AsSingle();

    // As Widen.Float16: move the fields, scale by 2¹¹²; infinities and NaN keep theirs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadF16(ushort* from)
    {
        Vector512<uint> half = Wide(from), magnitude = (half & Vector512.Create(0x7FFFu)) << 13;
        Vector512<uint> scaled = (magnitude.AsSingle() * Vector512.Create(Widen.HalfScale)).AsUInt32();
        Vector512<uint> special = Vector512.GreaterThanOrEqual(magnitude, Vector512.Create(0x7C00u << 13));
        scaled |= special & Vector512.Create(Widen.ExponentBits);
        return (scaled | ((half & Vector512.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> vector, float* to) => vector.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float* from) => Vector512.Create(*from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Wide(ushort* from) => Avx512F.ConvertToVector512UInt32(Vector256.Load(from));
}

internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBF16(ushort* from) => (Wide(from) << 16).AsSingle();

    // As Widen.Float16: move the fields, scale by 2¹¹²; infinities and NaN keep theirs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadF16(ushort* from)
    {
        Vector256<uint> half = Wide(from), magnitude = (half & Vector256.Create(0x7FFFu)) << 13;
        Vector256<uint> scaled = (magnitude.AsSingle() * Vector256.Create(Widen.HalfScale)).AsUInt32();
        Vector256<uint> special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u << 13));
        scaled |= special & Vector256.Create(Widen.ExponentBits);
        return (scaled | ((half & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> vector, float* to) => vector.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float* from) => Vector256.Create(*from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<uint> Wide(ushort* from) => Avx2.ConvertToVector256Int32(from).AsUInt32();
}

internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Width => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBF16(ushort* from) => (Wide(from) << 16).AsSingle();

    // As Widen.Float16: move the fields, scale by 2¹¹²; infinities and NaN keep theirs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadF16(ushort* from)
    {
        Vector128<uint> half = Wide(from), magnitude = (half & Vector128.Create(0x7FFFu)) << 13;
        Vector128<uint> scaled = (magnitude.AsSingle() * Vector128.Create(Widen.HalfScale)).AsUInt32();
        Vector128<uint> special = Vector128.GreaterThanOrEqual(magnitude, Vector128.Create(0x7C00u << 13));
        scaled |= special & Vector128.Create(Widen.ExponentBits);
        return (scaled | ((half & Vector128.Create(0x8000u)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> vector, float* to) => vector.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float* from) => Vector128.Create(*from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fma(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> Wide(ushort* from) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsUInt16());
}

/// <summary>One float at a time, where no fused multiply-add is built in: it is a call, vectors do not help.</summary>
internal readonly unsafe struct Lanes32 : ILanes<float>
{
    public static int Width => 1;

    public static float Load(float* from) => *from;

    public static float LoadBF16(ushort* from) => BitConverter.UInt32BitsToSingle((uint)*from << 16);

    public static float LoadF16(ushort* from) => (float)BitConverter.UInt16BitsToHalf(*from);

    public static void Store(float vector, float* to) => *to = vector;

    public static float Broadcast(float* from) => *from;

    public static float Fma(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);
}

internal readonly struct One : ICount
{
    public static int Value => 1;
}

internal readonly struct Two : ICount
{
    public static int Value => 2;
}

internal readonly struct Three : ICount
{
    public static int Value => 3;
}

internal readonly struct Four : ICount
{
    public static int Value => 4;
}

internal readonly struct Five : ICount
{
    public static int Value => 5;
}

internal readonly struct Six : ICount
{
    public static int Value => 6;
}

internal readonly struct Seven : ICount
{
    public static int Value => 7;
}

internal readonly struct Eight : ICount
{
    public static int Value => 8;
}
