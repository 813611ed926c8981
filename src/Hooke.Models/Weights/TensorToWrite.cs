using System.Buffers.Binary;

namespace Hooke.Models;

/// <summary>
/// One tensor for <see cref="SafetensorsWriter"/>: name, stored type, shape, and where its values come from.
/// </summary>
public sealed class TensorToWrite
{
    const int ChunkElements = 1 << 16;

    readonly Action<Stream> _write;

    TensorToWrite(string name, DType type, IReadOnlyList<long> shape, Action<Stream> write)
    {
        (Name, Type, Shape, _write) = (name, type, [.. shape], write);
        Count = TensorShape.Count(shape)
            ?? throw new ArgumentException($"{name} has the shape {TensorShape.Text(shape)}.", nameof(shape));
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The type it is stored as.</summary>
    public DType Type { get; }

    /// <summary>The sizes of the axes, outermost first.</summary>
    public IReadOnlyList<long> Shape { get; }

    internal long Count { get; }

    /// <summary>A float tensor, asked for its values, row-major, only when its turn to be written comes.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The sizes of the axes.</param>
    /// <param name="values">Gives the values; called once.</param>
    /// <param name="type">F32, BF16, F16 or F64; rounded to nearest even where narrower than float32.</param>
    /// <exception cref="ArgumentException">
    /// Not a float type, or (on writing) not as many values as the shape has.
    /// </exception>
    public static TensorToWrite FromFloats(
        string name, IReadOnlyList<long> shape, Func<ReadOnlySpan<float>> values, DType type = DType.F32)
    {
        if (!StoredFloats.IsFloat(type))
            throw new ArgumentException($"{name} cannot be stored as {type.Name()} from floats.", nameof(type));
        return new(name, type, shape, stream =>
        {
            ReadOnlySpan<float> all = values();
            CheckCount(name, shape, all.Length);
            byte[] buffer = new byte[Math.Min(ChunkElements, all.Length) * type.Bytes()];
            for (int at = 0; at < all.Length; at += ChunkElements)
            {
                ReadOnlySpan<float> chunk = all.Slice(at, Math.Min(ChunkElements, all.Length - at));
                Span<byte> stored = buffer.AsSpan(0, chunk.Length * type.Bytes());
                StoredFloats.FromFloat32(type, chunk, stored);
                stream.Write(stored);
            }
        });
    }

    /// <summary>A tensor of whole numbers, stored as I64.</summary>
    public static TensorToWrite FromInt64(string name, IReadOnlyList<long> shape, long[] values) =>
        new(name, DType.I64, shape, stream =>
        {
            CheckCount(name, shape, values.Length);
            Span<byte> stored = stackalloc byte[8];
            foreach (long value in values)
            {
                BinaryPrimitives.WriteInt64LittleEndian(stored, value);
                stream.Write(stored);
            }
        });

    internal void WriteTo(Stream stream) => _write(stream);

    static void CheckCount(string name, IReadOnlyList<long> shape, int found)
    {
        if (TensorShape.Count(shape) != found)
            throw new ArgumentException($"{name} has the shape {TensorShape.Text(shape)} but {found} values.");
    }
}
