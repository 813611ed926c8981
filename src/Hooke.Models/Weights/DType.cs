using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The number types a safetensors file stores. Source: safetensors format, `dtype`.</summary>
public enum DType
{
    /// <summary>Truth value, one byte.</summary>
    Bool,

    /// <summary>Unsigned 8 bits.</summary>
    U8,

    /// <summary>Signed 8 bits.</summary>
    I8,

    /// <summary>8-bit float with 4 exponent bits.</summary>
    F8E4M3,

    /// <summary>8-bit float with 5 exponent bits.</summary>
    F8E5M2,

    /// <summary>Signed 16 bits.</summary>
    I16,

    /// <summary>Unsigned 16 bits.</summary>
    U16,

    /// <summary>IEEE 754 half precision.</summary>
    F16,

    /// <summary>The upper 16 bits of a float32.</summary>
    BF16,

    /// <summary>Signed 32 bits.</summary>
    I32,

    /// <summary>Unsigned 32 bits.</summary>
    U32,

    /// <summary>IEEE 754 single precision.</summary>
    F32,

    /// <summary>IEEE 754 double precision.</summary>
    F64,

    /// <summary>Signed 64 bits.</summary>
    I64,

    /// <summary>Unsigned 64 bits.</summary>
    U64,
}

/// <summary>Names and sizes of the stored number types, as the file format spells them.</summary>
public static class DTypes
{
    static readonly (DType Type, string Name, int Bytes)[] Table =
    [
        (DType.Bool, "BOOL", 1), (DType.U8, "U8", 1), (DType.I8, "I8", 1),
        (DType.F8E4M3, "F8_E4M3", 1), (DType.F8E5M2, "F8_E5M2", 1),
        (DType.I16, "I16", 2), (DType.U16, "U16", 2), (DType.F16, "F16", 2), (DType.BF16, "BF16", 2),
        (DType.I32, "I32", 4), (DType.U32, "U32", 4), (DType.F32, "F32", 4),
        (DType.F64, "F64", 8), (DType.I64, "I64", 8), (DType.U64, "U64", 8),
    ];

    /// <summary>Bytes of one number.</summary>
    public static int Bytes(this DType type) => Table[(int)type].Bytes;

    /// <summary>The type as the format spells it.</summary>
    public static string Name(this DType type) => Table[(int)type].Name;

    /// <summary>The type of a spelling.</summary>
    /// <exception cref="InputException">There is no such type.</exception>
    public static DType Parse(string name, string what)
    {
        foreach ((DType type, string known, _) in Table)
            if (known == name)
                return type;
        throw new InputException(
            $"{what} has dtype {Quote.Of(name)}, which is not one of {string.Join(", ", Table.Select(t => t.Name))}.");
    }
}
