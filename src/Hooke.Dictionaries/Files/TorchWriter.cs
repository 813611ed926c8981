using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>Writes a state dict as torch.save does: a zip of a pickle and of the numbers.</summary>
sealed class TorchWriter : IDisposable
{
    readonly MemoryStream _pickle = new();
    readonly List<(DType Type, float[]? Floats, long[]? Integers)> _storages = [];

    public TorchWriter()
    {
        Put(PickleOpcode.Proto);
        Put(2);
        Global("collections", "OrderedDict");
        Put(PickleOpcode.EmptyTuple, PickleOpcode.Reduce, PickleOpcode.Mark);
    }

    /// <summary>A tensor of floats, stored as F32, F16, BF16 or F64.</summary>
    public void Add(string name, DType type, IReadOnlyList<long> shape, float[] values)
    {
        _storages.Add((type, values, null));
        AddTensor(name, type, shape, values.Length);
    }

    /// <summary>A tensor of whole numbers, stored as I64 or I32.</summary>
    public void Add(string name, DType type, IReadOnlyList<long> shape, long[] values)
    {
        _storages.Add((type, null, values));
        AddTensor(name, type, shape, values.Length);
    }

    /// <summary>A text or a whole number.</summary>
    public void Add(string name, object value)
    {
        Text(name);
        Value(value);
    }

    /// <summary>An OrderedDict of texts and whole numbers.</summary>
    public void Add(string name, IReadOnlyList<(string Key, object Value)> items)
    {
        Text(name);
        Global("collections", "OrderedDict");
        Put(PickleOpcode.EmptyTuple, PickleOpcode.Reduce, PickleOpcode.Mark);
        foreach ((string key, object value) in items)
            Add(key, value);
        Put(PickleOpcode.SetItems);
    }

    /// <summary>
    /// Writes the file; its entries lie under <paramref name="archive"/>, as torch.save names them after the file.
    /// </summary>
    public void Write(Stream stream, string archive)
    {
        Put(PickleOpcode.SetItems, PickleOpcode.Stop);
        ZipWriter zip = new(stream, ZipStyle.Torch);
        zip.Add($"{archive}/data.pkl", _pickle.ToArray());
        zip.Add($"{archive}/.format_version", "1"u8);
        zip.Add($"{archive}/.storage_alignment", "64"u8);
        zip.Add($"{archive}/byteorder", "little"u8);
        for (int i = 0; i < _storages.Count; i++)
            zip.Add($"{archive}/data/{i}", Bytes(_storages[i].Type, _storages[i].Floats, _storages[i].Integers));
        zip.Add($"{archive}/version", "3\n"u8);
        zip.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _pickle.Dispose();

    static ReadOnlySpan<byte> Bytes(DType type, float[]? floats, long[]? integers)
    {
        if (integers is not null)
            return type == DType.I64 ? MemoryMarshal.AsBytes<long>(integers)
                : MemoryMarshal.AsBytes<int>(integers.Select(value => (int)value).ToArray());
        byte[] bytes = new byte[floats!.Length * type.Bytes()];
        StoredFloats.FromFloat32(type, floats, bytes);
        return bytes;
    }

    void AddTensor(string name, DType type, IReadOnlyList<long> shape, int count)
    {
        Text(name);
        Global("torch._utils", "_rebuild_tensor_v2");
        Put(PickleOpcode.Mark, PickleOpcode.Mark);
        Text("storage");
        Global("torch", TorchObjects.StorageOf(type));
        Text($"{_storages.Count - 1}");
        Text("cpu");
        Integer(count);
        Put(PickleOpcode.Tuple, PickleOpcode.BinPersId);
        Integer(0);
        Integers(shape);
        long[] strides = new long[shape.Count];
        for (int axis = shape.Count - 1; axis >= 0; axis--)
            strides[axis] = axis == shape.Count - 1 ? 1 : strides[axis + 1] * shape[axis + 1];
        Integers(strides);
        Put(PickleOpcode.NewFalse);
        Global("collections", "OrderedDict");
        Put(PickleOpcode.EmptyTuple, PickleOpcode.Reduce, PickleOpcode.Tuple, PickleOpcode.Reduce);
    }

    void Integers(IReadOnlyList<long> values)
    {
        Put(PickleOpcode.Mark);
        foreach (long value in values)
            Integer(value);
        Put(PickleOpcode.Tuple);
    }

    void Value(object value)
    {
        if (value is string text)
            Text(text);
        else
            Integer((long)value);
    }

    void Integer(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        bool isShort = value is >= int.MinValue and <= int.MaxValue;
        Put(isShort ? PickleOpcode.BinInt : PickleOpcode.Long1);
        if (!isShort)
            Put(8);
        Put(isShort ? bytes[..4] : bytes);
    }

    void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Put(PickleOpcode.BinUnicode);
        Put(length);
        Put(bytes);
    }

    void Global(string module, string name)
    {
        Put(PickleOpcode.Global);
        Put(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    void Put(params ReadOnlySpan<PickleOpcode> opcodes) => Put(MemoryMarshal.AsBytes(opcodes));

    void Put(byte value) => Put([value]);

    void Put(ReadOnlySpan<byte> bytes) => _pickle.Write(bytes);
}
