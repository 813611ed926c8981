namespace Hooke.Tensors;

/// <summary>The number types that a constant matrix can be kept in; products widen the narrow ones, which is exact.</summary>
public enum NumberType
{
    /// <summary>IEEE 754 single precision.</summary>
    F32,

    /// <summary>The upper 16 bits of a float32.</summary>
    BF16,

    /// <summary>IEEE 754 half precision.</summary>
    F16,
}

/// <summary>Gives rows of a matrix as numbers of one type, row-major; called by many threads at once.</summary>
/// <param name="row">The first row.</param>
/// <param name="count">How many rows.</param>
/// <param name="into">Takes the rows, one right after the other.</param>
public delegate void RowReader(int row, int count, Span<byte> into);
