using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hooke.Tensors;

/// <summary>Copies a strip of a matrix into the order in which tiles read it.</summary>
internal static unsafe class Packing
{
    /// <summary>
    /// to[p · width + j] = from[p · stepStride + j · laneStride] for p &lt; steps and j &lt; lanes, and 0 from there to
    /// the width.
    /// </summary>
    public static void Strip(
        float* from, nint stepStride, nint laneStride, int steps, int lanes, float* to, int width)
    {
        if (laneStride == 1)
        {
            for (int p = 0; p < steps; p++, from += stepStride, to += width)
                CopyRow(from, lanes, to, width);
            return;
        }
        int j = 0;
        if (stepStride == 1 && Avx.IsSupported)
        {
            for (; j <= lanes - 8; j += 8)
                TransposeEight(from + j * laneStride, laneStride, steps, to + j, width);
        }
        for (; j < width; j++)
        {
            float* lane = from + j * laneStride;
            for (int p = 0; p < steps; p++)
                to[(nint)p * width + j] = j < lanes ? lane[p * stepStride] : 0;
        }
    }

    static void CopyRow(float* from, int lanes, float* to, int width)
    {
        int j = 0;
        for (; j <= lanes - 16; j += 16)
            Vector512.Load(from + j).Store(to + j);
        for (; j <= lanes - 4; j += 4)
            Vector128.Load(from + j).Store(to + j);
        for (; j < lanes; j++)
            to[j] = from[j];
        for (; j < width; j++)
            to[j] = 0;
    }

    /// <summary>Eight lanes, contiguous over the steps, into columns.</summary>
    static void TransposeEight(float* from, nint laneStride, int steps, float* to, nint width)
    {
        float* from4 = from + 4 * laneStride;
        int p = 0;
        for (; p <= steps - 8; p += 8, from += 8, from4 += 8, to += 8 * width)
        {
            TransposeFour(from, from4, laneStride, to, width);
            TransposeFour(from + 4, from4 + 4, laneStride, to + 4 * width, width);
        }
        for (; p < steps; p++, from++, to += width)
        {
            for (int j = 0; j < 8; j++)
                to[j] = from[j * laneStride];
        }
    }

    /// <summary>Four steps of eight lanes: lanes 0 to 3 in the lower halves, 4 to 7 in the upper ones.</summary>
    static void TransposeFour(float* low, float* high, nint laneStride, float* to, nint width)
    {
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
}
