using System.Numerics;
using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>16-bit numbers to float32: exact, element by element, on any machine.</summary>
public static class Widen
{
    internal const uint ExponentBits = 0x7F80_0000;

    /// <summary>2¹¹²: from half precision's exponents to those of float32.</summary>
    internal const float HalfScale = 5.192296858534828e33f;

    /// <summary>to[i] = from[i], bits of bfloat16.</summary>
    /// <exception cref="ArgumentException">There is less room than numbers.</exception>
    public static void BFloat16(ReadOnlySpan<ushort> from, Span<float> to)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(to)[..from.Length];
        int width = Vector<ushort>.Count, i = 0;
        for (; i <= from.Length - width; i += width)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + (width / 2))..]);
        }
        for (; i < from.Length; i++)
            bits[i] = (uint)from[i] << 16;
    }

    /// <summary>to[i] = from[i], bits of IEEE half precision.</summary>
    /// <exception cref="ArgumentException">There is less room than numbers.</exception>
    public static void Float16(ReadOnlySpan<ushort> from, Span<float> to)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(to)[..from.Length];
        int width = Vector<ushort>.Count, i = 0;
        for (; i <= from.Length - width; i += width)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out Vector<uint> low, out Vector<uint> high);
            FromHalf(low).CopyTo(bits[i..]);
            FromHalf(high).CopyTo(bits[(i + (width / 2))..]);
        }
        for (; i < from.Length; i++)
            to[i] = (float)BitConverter.UInt16BitsToHalf(from[i]);
    }

    /// <summary>Half bits in the low 16 of each lane to float32 bits: move the fields, then scale by 2¹¹².</summary>
    static Vector<uint> FromHalf(Vector<uint> half)
    {
        Vector<uint> magnitude = (half & new Vector<uint>(0x7FFF)) << 13;
        Vector<uint> scaled = (magnitude.As<uint, float>() * new Vector<float>(HalfScale)).As<float, uint>();
        Vector<uint> special = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7C00u << 13));
        Vector<uint> bits = Vector.ConditionalSelect(special, magnitude | new Vector<uint>(ExponentBits), scaled);
        return bits | ((half & new Vector<uint>(0x8000)) << 16);
    }
}
