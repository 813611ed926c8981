using System.Buffers.Binary;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What torch.save wrote, a zip or the older stream of pickles, read as tensors only and never executed.</summary>
sealed class TorchFile : TensorSource
{
    const int LongestPickle = 1 << 26;
    const int Deepest = 8;

    static readonly byte[] LegacyStart = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
        (byte)'.'];

    readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance); // a dict may hold itself
    readonly ITorchStorages _storages;

    /// <exception cref="InputException">The file is absent, damaged, or holds more than tensors and plain values.</exception>
    public TorchFile(string path)
        : base(path)
    {
        byte[] start = new byte[LegacyStart.Length];
        using (FileStream file = InputFile.OpenRead(path))
            file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        _storages = start.AsSpan().SequenceEqual(LegacyStart) ? new LegacyTorch(path) : new ZippedTorch(path);
        try
        {
            Collect("", _storages.Value, 0);
            foreach (TorchStorage storage in _tensors.Values.Select(tensor => tensor.Storage))
                if (_storages.Length(storage) != storage.Count * storage.Type.Bytes())
                    throw new InputException($"{path}: storage {Quote.Of(storage.Key)} should hold {storage.Count} numbers "
                        + "of type "
                        + $"{storage.Type.Name()}, but has {_storages.Length(storage)} bytes; fetch it again");
            foreach ((string name, TorchTensor tensor) in _tensors)
                Add(new StoredArray(name, tensor.Storage.Type, tensor.Sizes));
        }
        catch
        {
            _storages.Dispose();
            throw;
        }
    }

    /// <summary>What the file holds under a name besides tensors: null, bool, long, double or string.</summary>
    public object? Value(string name) => _values.GetValueOrDefault(name);

    public override void Dispose() => _storages.Dispose();

    protected override byte[] Bytes(StoredArray array)
    {
        TorchTensor tensor = _tensors[array.Name];
        int size = array.Type.Bytes();
        byte[] stored = _storages.Read(tensor.Storage);
        if (tensor.IsContiguous)
            return tensor.Offset == 0 && tensor.Count == tensor.Storage.Count
                ? stored
                : stored.AsSpan((int)(tensor.Offset * size), (int)(tensor.Count * size)).ToArray();
        byte[] ordered = new byte[tensor.Count * size];
        long[] index = new long[tensor.Sizes.Count];
        for (int at = 0; at < ordered.Length; at += size)
        {
            long from = tensor.Offset;
            for (int axis = 0; axis < index.Length; axis++)
                from += index[axis] * tensor.Strides[axis];
            stored.AsSpan((int)(from * size), size).CopyTo(ordered.AsSpan(at));
            for (int axis = index.Length - 1; axis >= 0 && ++index[axis] == tensor.Sizes[axis]; axis--)
                index[axis] = 0;
        }
        return ordered;
    }

    // Nested dicts become names with dots between; lists and tuples hold nothing that is looked for.
    void Collect(string name, object? value, int depth)
    {
        switch (value)
        {
            case TorchTensor tensor:
                _tensors[name] = tensor;
                break;
            case PickleDict dict when depth < Deepest && _seen.Add(dict):
                foreach ((object key, object? item) in dict.Items)
                    if (key is string text)
                        Collect(name.Length == 0 ? text : $"{name}.{text}", item, depth + 1);
                break;
            case null or bool or long or double or string:
                _values[name] = value;
                break;
        }
    }

    /// <summary>Reads the pickle that begins at a place.</summary>
    internal static (object? Value, int End) ReadPickle(string path, byte[] bytes, int start)
    {
        PickleReader reader = new(path, bytes, start);
        object? value = reader.Read();
        return (value, reader.End);
    }

    /// <summary>The start of a file, as far as pickles reach at most.</summary>
    internal static byte[] Start(string path)
    {
        using FileStream file = InputFile.OpenRead(path);
        byte[] bytes = new byte[Math.Min(file.Length, LongestPickle)];
        file.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>The pickled value of a file, and the storages that it refers to.</summary>
interface ITorchStorages : IDisposable
{
    object? Value { get; }

    /// <summary>How many bytes of a storage the file holds.</summary>
    long Length(TorchStorage storage);

    /// <summary>The numbers of a storage, little-endian.</summary>
    byte[] Read(TorchStorage storage);
}

/// <summary>torch.save since 1.6: a zip of data.pkl and an entry for each storage.</summary>
sealed class ZippedTorch : ITorchStorages
{
    const int LongestPickle = 1 << 26;
    const string Pickle = "/data.pkl";

    readonly ZipSource _zip;
    readonly string _prefix;

    public ZippedTorch(string path)
    {
        _zip = new ZipSource(path);
        try
        {
            string[] pickles = [.. _zip.Names.Where(name => name.EndsWith(Pickle, StringComparison.Ordinal))];
            if (pickles.Length != 1)
                throw new InputException($"{path} is a zip with {pickles.Length} entries data.pkl; what torch.save writes "
                    + "has one");
            _prefix = pickles[0][..^Pickle.Length];
            if (_zip.Has($"{_prefix}/byteorder") && !_zip.Read($"{_prefix}/byteorder", 16).AsSpan().SequenceEqual("little"u8))
                throw new InputException($"{path} was saved on a big-endian machine; save it again on another");
            Value = TorchFile.ReadPickle(path, _zip.Read(pickles[0], LongestPickle), 0).Value;
        }
        catch
        {
            _zip.Dispose();
            throw;
        }
    }

    public object? Value { get; }

    public long Length(TorchStorage storage) => _zip.Length(Entry(storage));

    public byte[] Read(TorchStorage storage) => _zip.Read(Entry(storage), _zip.Length(Entry(storage)));

    public void Dispose() => _zip.Dispose();

    string Entry(TorchStorage storage) => $"{_prefix}/data/{storage.Key}";
}

/// <summary>torch.save before 1.6: a magic number, a protocol, the machine, the value, the keys, then the storages.</summary>
sealed class LegacyTorch : ITorchStorages
{
    const int Deepest = 16;

    readonly string _path;
    readonly FileStream _file;
    readonly Dictionary<string, (long Start, long Count)> _places = new(StringComparer.Ordinal);
    long _dataEnd;

    public LegacyTorch(string path)
    {
        _path = path;
        byte[] bytes = TorchFile.Start(path);
        (_, int at) = TorchFile.ReadPickle(path, bytes, 0);
        (object? protocol, at) = TorchFile.ReadPickle(path, bytes, at);
        (object? machine, at) = TorchFile.ReadPickle(path, bytes, at);
        if (protocol is not 1001L || machine is not PickleDict { Items: var items }
            || items.GetValueOrDefault("little_endian") is not true)
            throw new InputException($"{path} was saved in a form or on a machine that is not known; save it again with a "
                + "newer PyTorch");
        (Value, at) = TorchFile.ReadPickle(path, bytes, at);
        (object? keys, at) = TorchFile.ReadPickle(path, bytes, at);
        Keys = keys is List<object?> list && list.All(key => key is string)
            ? [.. list.Cast<string>()]
            : throw new InputException($"{path} does not list its storages; fetch it again");
        (_file, _dataEnd) = (InputFile.OpenRead(path), at);
    }

    public object? Value { get; }

    IReadOnlyList<string> Keys { get; }

    public long Length(TorchStorage storage)
    {
        // Storages follow one another, and only their types say how long they are: known once all were asked for.
        if (_places.TryGetValue(storage.Key, out (long Start, long Count) place))
            return place.Count * storage.Type.Bytes();
        Locate();
        return _places.TryGetValue(storage.Key, out place) ? place.Count * storage.Type.Bytes() : 0;
    }

    public byte[] Read(TorchStorage storage)
    {
        long length = Length(storage);
        if (length > Array.MaxLength)
            throw new InputException($"{_path}: a storage of {length} bytes is larger than what is read of one tensor");
        byte[] bytes = new byte[length];
        _file.Position = _places[storage.Key].Start;
        _file.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose() => _file.Dispose();

    void Locate()
    {
        Dictionary<string, TorchStorage> storages = new(StringComparer.Ordinal);
        Gather(Value, storages, new HashSet<object>(ReferenceEqualityComparer.Instance), 0);
        Span<byte> count = stackalloc byte[8];
        foreach (string key in Keys)
        {
            _file.Position = _dataEnd;
            if (!storages.TryGetValue(key, out TorchStorage? storage)
                || _file.ReadAtLeast(count, 8, throwOnEndOfStream: false) < 8
                || BinaryPrimitives.ReadInt64LittleEndian(count) != storage.Count
                || storage.Count * storage.Type.Bytes() > _file.Length - _dataEnd - 8)
                throw new InputException($"{_path}: storage {Quote.Of(key)} does not lie in the file as its pickle says; it "
                    + "is truncated "
                    + "or damaged: fetch it again");
            _places[key] = (_dataEnd + 8, storage.Count);
            _dataEnd += 8 + (storage.Count * storage.Type.Bytes());
        }
    }

    static void Gather(object? value, Dictionary<string, TorchStorage> storages, HashSet<object> seen, int depth)
    {
        if (value is TorchTensor tensor)
            storages[tensor.Storage.Key] = tensor.Storage;
        else if (depth < Deepest && value is PickleDict or IEnumerable<object?> && seen.Add(value))
            foreach (object? item in value is PickleDict dict ? dict.Items.Values : (IEnumerable<object?>)value)
                Gather(item, storages, seen, depth + 1);
    }
}
