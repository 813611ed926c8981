using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Between stored number types and float32: widening is exact, narrowing rounds to nearest even.</summary>
public static class StoredFloats
{
    const uint ExponentBits = 0x7F80_0000;

    /// <summary>
    /// Widens (or, from F64, rounds) stored little-endian numbers; exact element by element on any machine.
    /// </summary>
    public static void ToFloat32(DType type, ReadOnlySpan<byte> stored, Span<float> values)
    {
        switch (type)
        {
            case DType.F32:
                stored.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case DType.BF16:
                Widen.BFloat16(MemoryMarshal.Cast<byte, ushort>(stored), values);
                break;
            case DType.F16:
                Widen.Float16(MemoryMarshal.Cast<byte, ushort>(stored), values);
                break;
            case DType.F64:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(stored[(8 * i)..]);
                break;
            default:
                throw new InvalidOperationException($"Bug in Hooke: {type} is no float type.");
        }
    }

    /// <summary>Rounds float32 to a stored type, little-endian.</summary>
    public static void FromFloat32(DType type, ReadOnlySpan<float> values, Span<byte> stored)
    {
        switch (type)
        {
            case DType.F32:
                MemoryMarshal.AsBytes(values).CopyTo(stored);
                break;
            case DType.BF16:
                for (int i = 0; i < values.Length; i++)
                    BinaryPrimitives.WriteUInt16LittleEndian(stored[(2 * i)..], ToBFloat16(values[i]));
                break;
            case DType.F16:
                for (int i = 0; i < values.Length; i++)
                    BinaryPrimitives.WriteHalfLittleEndian(stored[(2 * i)..], (Half)values[i]);
                break;
            case DType.F64:
                for (int i = 0; i < values.Length; i++)
                    BinaryPrimitives.WriteDoubleLittleEndian(stored[(8 * i)..], values[i]);
                break;
            default:
                throw new InvalidOperationException($"Bug in Hooke: {type} is no float type.");
        }
    }

    /// <summary>Whether the type can be read as float32: F32, BF16, F16 or F64.</summary>
    public static bool IsFloat(DType type) => type is DType.F32 or DType.BF16 or DType.F16 or DType.F64;

    /// <summary>The place of the first NaN or infinity, or -1.</summary>
    public static int IndexOfNonFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        int width = Vector<uint>.Count, i = 0;
        Vector<uint> exponent = new(ExponentBits);
        while (i <= bits.Length - width && !Vector.EqualsAny(new Vector<uint>(bits[i..]) & exponent, exponent))
            i += width;
        for (; i < bits.Length; i++)
            if ((bits[i] & ExponentBits) == ExponentBits)
                return i;
        return -1;
    }

    /// <summary>The place of the first NaN or infinity among stored numbers, or -1.</summary>
    public static int IndexOfNonFinite(DType type, ReadOnlySpan<byte> stored) => type switch
    {
        DType.F32 => IndexOfNonFinite(MemoryMarshal.Cast<byte, float>(stored)),
        DType.BF16 => IndexOfNonFinite(MemoryMarshal.Cast<byte, ushort>(stored), 0x7F80),
        DType.F16 => IndexOfNonFinite(MemoryMarshal.Cast<byte, ushort>(stored), 0x7C00),
        _ => throw new InvalidOperationException($"Bug in Hooke: {type} is not kept as it is stored."),
    };

    static int IndexOfNonFinite(ReadOnlySpan<ushort> bits, ushort exponentBits)
    {
        int width = Vector<ushort>.Count, i = 0;
        Vector<ushort> exponent = new(exponentBits);
        while (i <= bits.Length - width && !Vector.EqualsAny(new Vector<ushort>(bits[i..]) & exponent, exponent))
            i += width;
        for (; i < bits.Length; i++)
            if ((bits[i] & exponentBits) == exponentBits)
                return i;
        return -1;
    }

    static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return (ushort)((bits >> 16) | 0x40); // keep it a NaN
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
