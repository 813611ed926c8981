namespace Hooke.Models;

/// <summary>One tensor of a safetensors file: what it is called, how it is stored, and where.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, DType type, IReadOnlyList<long> shape, long begin, long end)
    {
        (Name, Type, Shape, Begin, End) = (name, type, shape, begin, end);
        Count = (end - begin) / type.Bytes();
    }

    /// <summary>The tensor's name, as the file spells it.</summary>
    public string Name { get; }

    /// <summary>The stored number type.</summary>
    public DType Type { get; }

    /// <summary>The sizes of the axes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The number of elements: the product of the shape.</summary>
    public long Count { get; }

    /// <summary>The bytes the elements take in the file.</summary>
    public long ByteCount => End - Begin;

    internal long Begin { get; }

    internal long End { get; }

    internal string ShapeText => TensorShape.Text(Shape);
}
