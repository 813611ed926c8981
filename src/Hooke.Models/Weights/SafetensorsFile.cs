using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Hooke.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Hooke.Models;

/// <summary>A safetensors file open for reading; its header is checked whole before anything is read.</summary>
/// <remarks>
/// Reads may come from many threads. The file is read in pieces rather than mapped into memory: pages of a map count
/// as memory of the process for as long as the system likes, and a mapped file cut short ends the process.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    const int PieceBytes = 1 << 17; // stays in a processor's own cache while it is widened and checked

    readonly Dictionary<string, SafetensorsEntry> _byName;
    readonly SafeFileHandle _handle;
    readonly long _dataStart;

    SafetensorsFile(string path, SafeFileHandle handle)
    {
        (Path, _handle) = (path, handle);
        long fileBytes = RandomAccess.GetLength(handle);
        if (fileBytes < SafetensorsHeader.PrefixBytes)
            throw new InputException(
                $"{path} is {fileBytes} bytes long, too short for a safetensors file; fetch it again.");
        byte[] prefix = new byte[SafetensorsHeader.PrefixBytes];
        ReadAt(0, prefix);
        byte[] json = new byte[SafetensorsHeader.LengthOf(prefix, fileBytes, path)];
        ReadAt(prefix.Length, json);
        _dataStart = prefix.Length + json.Length;
        SafetensorsHeader header = SafetensorsHeader.Parse(json, fileBytes - _dataStart, path);
        (Metadata, Entries) = (header.Metadata, header.Entries);
        _byName = Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path the file was opened by.</summary>
    public string Path { get; }

    /// <summary>The strings under `__metadata__`; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their data in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>
    /// Opens a file and checks its header: lengths, JSON, names, types, shapes and the tiling of the data.
    /// </summary>
    /// <exception cref="InputException">The file is absent, unreadable, truncated, or its header lies.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle = InputFile.OpenHandle(path);
        try
        {
            return new(path, handle);
        }
        catch
        {
            handle.Dispose();
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
        if (destination.Length != entry.Count)
            throw new ArgumentException(
                $"{What(entry)} has {entry.Count} elements, the destination {destination.Length}.");
        RequireFloats(entry);
        Read(entry, 0, destination, allowNonFinite);
    }

    /// <summary>Part of a float tensor as float32, from its element <paramref name="first"/> on.</summary>
    /// <exception cref="InputException">A NaN or infinity where not allowed, or the file was cut short.</exception>
    internal void Read(SafetensorsEntry entry, long first, Span<float> destination, bool allowNonFinite = false)
    {
        int size = entry.Type.Bytes(), most = PieceBytes / size;
        byte[] stored = ArrayPool<byte>.Shared.Rent(PieceBytes);
        for (int at = 0; at < destination.Length; at += Math.Min(most, destination.Length - at))
        {
            Span<float> piece = destination.Slice(at, Math.Min(most, destination.Length - at));
            Span<byte> bytes = entry.Type == DType.F32
                ? MemoryMarshal.AsBytes(piece)
                : stored.AsSpan(0, piece.Length * size);
            ReadAt(_dataStart + entry.Begin + ((first + at) * size), bytes);
            if (entry.Type != DType.F32)
                StoredFloats.ToFloat32(entry.Type, bytes, piece);
            if (!allowNonFinite && StoredFloats.IndexOfNonFinite(piece) is >= 0 and int bad)
                throw NotFinite(entry, first + at + bad, piece[bad]);
        }
        ArrayPool<byte>.Shared.Return(stored);
    }

    /// <summary>Part of a float tensor as it is stored, from its element <paramref name="first"/> on.</summary>
    /// <exception cref="InputException">A NaN or infinity, or the file was cut short.</exception>
    internal void ReadStored(SafetensorsEntry entry, long first, Span<byte> destination)
    {
        int size = entry.Type.Bytes();
        for (int at = 0; at < destination.Length; at += Math.Min(PieceBytes, destination.Length - at))
        {
            Span<byte> piece = destination.Slice(at, Math.Min(PieceBytes, destination.Length - at));
            ReadAt(_dataStart + entry.Begin + (first * size) + at, piece);
            if (StoredFloats.IndexOfNonFinite(entry.Type, piece) is >= 0 and int bad)
            {
                float[] value = new float[1];
                StoredFloats.ToFloat32(entry.Type, piece.Slice(bad * size, size), value);
                throw NotFinite(entry, first + (at / size) + bad, value[0]);
            }
        }
    }

    /// <summary>Refuses a tensor of another than a float type.</summary>
    /// <exception cref="InputException">It is one.</exception>
    internal void RequireFloats(SafetensorsEntry entry)
    {
        if (!StoredFloats.IsFloat(entry.Type))
            throw new InputException($"{What(entry)} cannot be read as float32; F32, BF16, F16 and F64 can.");
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
        int most = PieceBytes / size;
        for (int at = 0; at < values.Length; at += Math.Min(most, values.Length - at))
        {
            int count = Math.Min(most, values.Length - at);
            ReadOnlySpan<byte> stored = Bytes(entry, (long)at * size, count * size);
            for (int i = 0; i < count; i++)
                values[at + i] = ToInt64(entry, stored.Slice(i * size, size));
        }
        return values;
    }

    /// <summary>A copy of the stored bytes of part of a tensor.</summary>
    /// <exception cref="InputException">No such tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches outside the tensor.</exception>
    public ReadOnlySpan<byte> Bytes(string name, long start, int length) => Bytes(EntryOf(name), start, length);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    byte[] Bytes(SafetensorsEntry entry, long start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, entry.End - entry.Begin - start);
        byte[] bytes = new byte[length];
        ReadAt(_dataStart + entry.Begin + start, bytes);
        return bytes;
    }

    void ReadAt(long offset, Span<byte> into)
    {
        try
        {
            for (int read; into.Length > 0; into = into[read..], offset += read)
            {
                read = RandomAccess.Read(_handle, into, offset);
                if (read == 0)
                    throw new InputException($"{Path} was cut short while it was being read; fetch it again.");
            }
        }
        catch (IOException fault)
        {
            throw new InputException($"Cannot read {Path}: {fault.Message}", fault);
        }
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

    InputException NotFinite(SafetensorsEntry entry, long at, float value) =>
        new($"{What(entry)} holds {value} at {Position(entry, at)}; every value must be finite in float32.");

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
