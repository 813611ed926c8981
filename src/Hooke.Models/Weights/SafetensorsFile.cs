using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// A safetensors file, memory-mapped for reading; its header is checked whole before anything is read.
/// </summary>
/// <remarks>Reads may come from many threads; the file must not be cut short while it is open.</remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    const int ChunkElements = 1 << 20; // keeps byte spans within 32 bits however large the tensor

    readonly Dictionary<string, SafetensorsEntry> _byName;
    readonly MemoryMappedFile _map;
    readonly MemoryMappedViewAccessor _view;
    readonly byte* _data;
    bool _disposed;

    SafetensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, long fileBytes)
    {
        (Path, _map, _view) = (path, map, view);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
        try
        {
            int headerBytes = SafetensorsHeader.LengthOf(new(start, SafetensorsHeader.PrefixBytes), fileBytes, path);
            _data = start + SafetensorsHeader.PrefixBytes + headerBytes;
            SafetensorsHeader header = SafetensorsHeader.Parse(
                new(start + SafetensorsHeader.PrefixBytes, headerBytes), fileBytes - (_data - start), path);
            (Metadata, Entries) = (header.Metadata, header.Entries);
            _byName = Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        }
        catch
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            throw;
        }
    }

    /// <summary>The path the file was opened by.</summary>
    public string Path { get; }

    /// <summary>The strings under `__metadata__`; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their data in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>
    /// Maps a file and checks its header: lengths, JSON, names, types, shapes and the tiling of the data.
    /// </summary>
    /// <exception cref="InputException">The file is absent, unreadable, truncated, or its header lies.</exception>
    public static SafetensorsFile Open(string path)
    {
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            FileStream stream = InputFile.OpenRead(path);
            long bytes = stream.Length;
            if (bytes < SafetensorsHeader.PrefixBytes)
            {
                stream.Dispose();
                throw new InputException(
                    $"{path} is {bytes} bytes long, too short for a safetensors file; fetch it again.");
            }
            map = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = map.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read);
            return new(path, map, view, bytes);
        }
        catch
        {
            view?.Dispose();
            map?.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The entry of a tensor.</summary>
    /// <exception cref="InputException">The file has no such tensor.</exception>
    public SafetensorsEntry EntryOf(string name) => _byName.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new InputException($"{Path} has no tensor {Quote.Of(name)}; it has {Entries.Count}"
            + (Entries.Count > 0 ? $", such as {Quote.Of(Entries[0].Name)}." : "."));

    /// <summary>Reads an F32, BF16, F16 or F64 tensor as float32, row-major.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">As many elements as the tensor has.</param>
    /// <param name="allowNonFinite">Let NaN and infinities pass (as in recorded attention scores).</param>
    /// <exception cref="InputException">
    /// No such tensor, not a float type, or a NaN or infinity where not allowed.
    /// </exception>
    public void Read(string name, Span<float> destination, bool allowNonFinite = false)
    {
        SafetensorsEntry entry = EntryOf(name);
        if (!StoredFloats.IsFloat(entry.Type))
            throw new InputException($"{What(entry)} cannot be read as float32; F32, BF16, F16 and F64 can.");
        if (destination.Length != entry.Count)
            throw new ArgumentException(
                $"{What(entry)} has {entry.Count} elements, the destination {destination.Length}.");
        int size = entry.Type.Bytes();
        for (int at = 0; at < destination.Length; at += Math.Min(ChunkElements, destination.Length - at))
        {
            Span<float> chunk = destination.Slice(at, Math.Min(ChunkElements, destination.Length - at));
            StoredFloats.ToFloat32(entry.Type, Bytes(entry, (long)at * size, chunk.Length * size), chunk);
            if (!allowNonFinite && StoredFloats.IndexOfNonFinite(chunk) is >= 0 and int bad)
                throw new InputException($"{What(entry)} holds {chunk[bad]} at {Position(entry, at + bad)}; every "
                    + "value must be finite in float32.");
        }
        GC.KeepAlive(this);
    }

    /// <summary>Reads an integer or truth-value tensor, row-major.</summary>
    /// <exception cref="InputException">No such tensor, not an integer type, or a value over 63 bits.</exception>
    public long[] ReadInt64(string name)
    {
        SafetensorsEntry entry = EntryOf(name);
        if (StoredFloats.IsFloat(entry.Type) || entry.Type is DType.F8E4M3 or DType.F8E5M2)
            throw new InputException($"{What(entry)} is not of an integer type.");
        int size = entry.Type.Bytes();
        long[] values = new long[entry.Count]; // no larger than eight times what the file was found to hold
        for (long i = 0; i < values.LongLength; i++)
            values[i] = ToInt64(entry, Bytes(entry, i * size, size));
        GC.KeepAlive(this);
        return values;
    }

    /// <summary>The stored bytes of part of a tensor, valid until the file is disposed.</summary>
    /// <exception cref="InputException">No such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name, long start, int length) => Bytes(EntryOf(name), start, length);

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    ReadOnlySpan<byte> Bytes(SafetensorsEntry entry, long start, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, entry.End - entry.Begin - start);
        return new(_data + entry.Begin + start, length);
    }

    long ToInt64(SafetensorsEntry entry, ReadOnlySpan<byte> stored) => entry.Type switch
    {
        DType.Bool or DType.U8 => stored[0],
        DType.I8 => (sbyte)stored[0],
        DType.I16 => BinaryPrimitives.ReadInt16LittleEndian(stored),
        DType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(stored),
        DType.I32 => BinaryPrimitives.ReadInt32LittleEndian(stored),
        DType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(stored),
        DType.I64 => BinaryPrimitives.ReadInt64LittleEndian(stored),
        _ when BinaryPrimitives.ReadUInt64LittleEndian(stored) is <= long.MaxValue and ulong value => (long)value,
        _ => throw new InputException($"{What(entry)} holds a value over 63 bits."),
    };

    string What(SafetensorsEntry entry) =>
        $"{Path}: tensor {Quote.Of(entry.Name)} ({entry.Type.Name()} {entry.ShapeText})";

    static string Position(SafetensorsEntry entry, long flat)
    {
        long[] index = new long[entry.Shape.Count];
        for (int axis = index.Length - 1; axis >= 0; axis--)
            (flat, index[axis]) = Math.DivRem(flat, entry.Shape[axis]);
        return $"[{string.Join(", ", index)}]";
    }
}
