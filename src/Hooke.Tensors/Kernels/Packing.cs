using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hooke.Tensors;

/// <summary>Copies a strip of a matrix into the order in which tiles read it.</summary>
internal static unsafe class Packing
{
    /// <summary>
    /// to[p · toStride + j] = from[p · stepStride + j · laneStride] for p &lt; steps and j &lt; lanes, and 0 from there to
    /// j = padTo. T is float or, for stored 16-bit numbers, ushort.
    /// </summary>
    public static void Strip<T>(
        T* from, nint stepStride, nint laneStride, int steps, int lanes, T* to, nint toStride, int padTo)
        where T : unmanaged
    {
        if (laneStride == 1)
        {
            for (int p = 0; p < steps; p++, from += stepStride, to += toStride)
                CopyRow(from, lanes, to, padTo);
            return;
        }
        int j = 0;
        if (stepStride == 1)
        {
            for (; j <= lanes - 8; j += 8)
                TransposeEight(from + j * laneStride, laneStride, steps, to + j, toStride);
        }
        for (; j < Math.Max(lanes, padTo); j++)
        {
            T* lane = from + j * laneStride;
            for (int p = 0; p < steps; p++)
                to[p * toStride + j] = j < lanes ? lane[p * stepStride] : default;
        }
    }

    static void CopyRow<T>(T* from, int lanes, T* to, int padTo)
        where T : unmanaged
    {
        int j = 0;
        for (; j <= lanes - 64 / sizeof(T); j += 64 / sizeof(T))
            Vector512.Load(from + j).Store(to + j);
        for (; j <= lanes - 16 / sizeof(T); j += 16 / sizeof(T))
            Vector128.Load(from + j).Store(to + j);
        for (; j < lanes; j++)
            to[j] = from[j];
        for (; j < padTo; j++)
            to[j] = default;
    }

    /// <summary>Eight lanes, contiguous over the steps, into columns.</summary>
    static void TransposeEight<T>(T* from, nint laneStride, int steps, T* to, nint toStride)
        where T : unmanaged
    {
        int p = 0;
        if (typeof(T) == typeof(float) && Avx.IsSupported)
        {
            for (; p <= steps - 4; p += 4)
                TransposeFour((float*)from + p, laneStride, (float*)to + p * toStride, toStride);
        }
        else if (typeof(T) == typeof(ushort) && Sse2.IsSupported)
        {
            for (; p <= steps - 8; p += 8)
                TransposeEight16((ushort*)from + p, laneStride, (ushort*)to + p * toStride, toStride);
        }
        for (; p < steps; p++)
        {
            for (int j = 0; j < 8; j++)
                to[p * toStride + j] = from[j * laneStride + p];
        }
    }

    /// <summary>Four steps of eight lanes: lanes 0 to 3 in the lower halves, 4 to 7 in the upper ones.</summary>
    static void TransposeFour(float* low, nint laneStride, float* to, nint width)
    {
        float* high = low + 4 * laneStride;
        Vector256<float> r0 = Vector256.Create(Vector128.Load(low), Vector128.Load(high));
        Vector256<float> r1 = Vector256.Create(Vector128.Load(low + laneStride), Vector128.Load(high + laneStride));
        low += 2 * laneStride;
        high += 2 * laneStride;
        Vector256<float> r2 = Vector256.Create(Vector128.Load(low), Vector128.Load(high));
        Vector256<float> r3 = Vector256.Create(Vector128.Load(low + laneStride), Vector128.Load(high + laneStride));
        Vector256<float> a = Avx.UnpackLow(r0, r1), b = Avx.UnpackHigh(r0, r1);
        Vector256<float> c = Avx.UnpackLow(r2, r3), d = Avx.UnpackHigh(r2, r3);
        Avx.Shuffle(a, c, 0b01_00_01_00).Store(to);
        Avx.Shuffle(a, c, 0b11_10_11_10).Store(to + width);
        Avx.Shuffle(b, d, 0b01_00_01_00).Store(to + 2 * width);
        Avx.Shuffle(b, d, 0b11_10_11_10).Store(to + 3 * width);
    }

    /// <summary>Eight steps of eight lanes of 16-bit numbers.</summary>
    static void TransposeEight16(ushort* from, nint laneStride, ushort* to, nint width)
    {
        (Vector128<uint> a, Vector128<uint> b) = Zip(from, laneStride);                    // lanes 0 and 1
        (Vector128<uint> c, Vector128<uint> d) = Zip(from + 2 * laneStride, laneStride);   // 2 and 3
        (Vector128<uint> e, Vector128<uint> f) = Zip(from + 4 * laneStride, laneStride);   // 4 and 5
        (Vector128<uint> g, Vector128<uint> h) = Zip(from + 6 * laneStride, laneStride);   // 6 and 7
        StoreFour(a, c, e, g, to, width);
        StoreFour(b, d, f, h, to + 4 * width, width);
    }

    /// <summary>The steps of two lanes in turn: the first four steps, the last four.</summary>
    static (Vector128<uint> First, Vector128<uint> Last) Zip(ushort* from, nint laneStride)
    {
        Vector128<ushort> even = Vector128.Load(from), odd = Vector128.Load(from + laneStride);
        return (Sse2.UnpackLow(even, odd).AsUInt32(), Sse2.UnpackHigh(even, odd).AsUInt32());
    }

    static void StoreFour(
        Vector128<uint> a, Vector128<uint> c, Vector128<uint> e, Vector128<uint> g, ushort* to, nint width)
    {
        Vector128<ulong> ac = Sse2.UnpackLow(a, c).AsUInt64(), eg = Sse2.UnpackLow(e, g).AsUInt64();
        Sse2.UnpackLow(ac, eg).AsUInt16().Store(to);
        Sse2.UnpackHigh(ac, eg).AsUInt16().Store(to + width);
        (ac, eg) = (Sse2.UnpackHigh(a, c).AsUInt64(), Sse2.UnpackHigh(e, g).AsUInt64());
        Sse2.UnpackLow(ac, eg).AsUInt16().Store(to + 2 * width);
        Sse2.UnpackHigh(ac, eg).AsUInt16().Store(to + 3 * width);
    }
}
