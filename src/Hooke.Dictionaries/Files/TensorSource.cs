using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>One tensor of a file, whose size has been checked against the file's.</summary>
sealed record StoredArray(string Name, DType Type, IReadOnlyList<long> Shape)
{
    /// <summary>The number of elements.</summary>
    public long Count => TensorShape.Count(Shape)!.Value;

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"tensor {Quote.Of(Name)} ({Type.Name()} {TensorShape.Text(Shape)})";
}

/// <summary>A file of named tensors, whatever container it is.</summary>
abstract class TensorSource(string path) : IDisposable
{
    readonly Dictionary<string, StoredArray> _arrays = new(StringComparer.Ordinal);

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyCollection<StoredArray> Arrays => _arrays.Values;

    /// <summary>Opens a file by its ending: .safetensors, .npz, .pt or .pth.</summary>
    /// <exception cref="InputException">The file is absent, damaged, or of another kind.</exception>
    public static TensorSource Open(string path) => System.IO.Path.GetExtension(path) switch
    {
        ".safetensors" => new SafetensorsSource(path),
        ".npz" => new NpzFile(path),
        ".pt" or ".pth" => new TorchFile(path),
        _ => throw new InputException($"{path} is neither .safetensors nor .npz nor .pt; no other file of tensors is read"),
    };

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Has(string name) => _arrays.ContainsKey(name);

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public StoredArray Of(string name) => _arrays.TryGetValue(name, out StoredArray? array)
        ? array
        : throw new InputException($"{Path} has no tensor {Quote.Of(name)}; it has {string.Join(", ", Shown())}");

    /// <summary>The sizes of a tensor that must have as many axes as asked for.</summary>
    /// <exception cref="InputException">There is none, it has another number of axes, or is too large.</exception>
    public int[] Sizes(string name, int rank)
    {
        StoredArray array = Of(name);
        if (array.Shape.Count != rank)
            throw new InputException($"{Path}: {array} has {array.Shape.Count} axes, not {rank}");
        if (array.Count > Array.MaxLength || array.Shape.Any(size => size > Array.MaxLength))
            throw new InputException($"{Path}: {array} has more than the {Array.MaxLength} elements that are read of one tensor");
        return [.. array.Shape.Select(size => (int)size)];
    }

    /// <summary>A float tensor, row-major, after checking that it has the shape it must have.</summary>
    /// <exception cref="InputException">
    /// No such tensor, another shape, not a float type, or a number that is not finite.
    /// </exception>
    public float[] Read(string name, params ReadOnlySpan<long> shape)
    {
        StoredArray array = Of(name);
        if (!shape.SequenceEqual([.. array.Shape]))
            throw new InputException($"{Path}: {array} should have the shape {TensorShape.Text(shape.ToArray())}");
        return Read(name);
    }

    /// <summary>A float tensor of whatever shape, row-major.</summary>
    /// <exception cref="InputException">No such tensor, not a float type, or a number that is not finite.</exception>
    public float[] Read(string name)
    {
        StoredArray array = Of(name);
        if (!StoredFloats.IsFloat(array.Type))
            throw new InputException($"{Path}: {array} cannot be read as float32; F32, BF16, F16 and F64 can");
        if (array.Count > Array.MaxLength)
            throw new InputException($"{Path}: {array} has more than the {Array.MaxLength} elements that are read of one tensor");
        float[] values = Floats(array);
        if (StoredFloats.IndexOfNonFinite(values) is >= 0 and int bad)
            throw new InputException($"{Path}: {array} holds {values[bad]} at element {bad}; every value must be finite in "
                + "float32");
        return values;
    }

    /// <summary>A whole number: an integer or float tensor of one element.</summary>
    /// <exception cref="InputException">There is none, it has several elements, or no whole number of 32 bits.</exception>
    public int Integer(string name)
    {
        StoredArray array = Of(name);
        if (array.Count != 1)
            throw new InputException($"{Path}: {array} should be a single number");
        double value = StoredFloats.IsFloat(array.Type) ? Read(name)[0] : Integers(array)[0];
        return value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw new InputException($"{Path}: {array} is {value}, not a whole number");
    }

    /// <summary>The elements of an integer or truth-value tensor.</summary>
    /// <exception cref="InputException">There is none, or not of such a type.</exception>
    public long[] Integers(string name) => Integers(Of(name));

    /// <inheritdoc/>
    public abstract void Dispose();

    protected void Add(StoredArray array)
    {
        if (!_arrays.TryAdd(array.Name, array))
            throw new InputException($"{Path} has two tensors named {Quote.Of(array.Name)}; fetch it again");
    }

    /// <summary>The elements, row-major and little-endian.</summary>
    protected abstract byte[] Bytes(StoredArray array);

    protected virtual float[] Floats(StoredArray array)
    {
        byte[] stored = Bytes(array);
        float[] values = new float[array.Count];
        StoredFloats.ToFloat32(array.Type, stored, values);
        return values;
    }

    protected virtual long[] Integers(StoredArray array)
    {
        byte[] stored = Bytes(array);
        int size = array.Type.Bytes();
        long[] values = new long[array.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> one = stored.AsSpan(i * size, size);
            values[i] = array.Type switch
            {
                DType.Bool or DType.U8 => one[0],
                DType.I8 => (sbyte)one[0],
                DType.I16 => BinaryPrimitives.ReadInt16LittleEndian(one),
                DType.I32 => BinaryPrimitives.ReadInt32LittleEndian(one),
                DType.I64 => MemoryMarshal.Read<long>(one),
                _ => throw new InputException($"{Path}: {array} is not of an integer type that is read"),
            };
        }
        return values;
    }

    IEnumerable<string> Shown() => _arrays.Count == 0
        ? ["none"]
        : [.. _arrays.Keys.Take(8).Select(Quote.Of), .. _arrays.Count > 8 ? new[] { $"and {_arrays.Count - 8} more" } : []];
}

/// <summary>A safetensors file as a source of tensors.</summary>
sealed class SafetensorsSource : TensorSource
{
    readonly SafetensorsFile _file;

    public SafetensorsSource(string path)
        : base(path)
    {
        _file = SafetensorsFile.Open(path);
        foreach (SafetensorsEntry entry in _file.Entries)
            Add(new StoredArray(entry.Name, entry.Type, entry.Shape));
    }

    public override void Dispose() => _file.Dispose();

    protected override float[] Floats(StoredArray array)
    {
        float[] values = new float[array.Count];
        _file.Read(array.Name, values);
        return values;
    }

    protected override long[] Integers(StoredArray array) => _file.ReadInt64(array.Name);

    protected override byte[] Bytes(StoredArray array) =>
        throw new InvalidOperationException("Bug in Hooke: safetensors are read as numbers");
}
