using System.Buffers.Binary;
using System.Text;

namespace Hooke.Dictionaries;

/// <summary>Writes a zip of uncompressed entries, byte for byte as PyTorch or NumPy lay theirs out.</summary>
sealed class ZipWriter(Stream stream, ZipStyle style)
{
    const int Alignment = 64;

    readonly List<Entry> _entries = [];
    long _at;

    /// <summary>Writes an entry: some bytes, then some more.</summary>
    public void Add(string name, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default)
    {
        Entry entry = new(Encoding.UTF8.GetBytes(name), _at, (long)head.Length + body.Length,
            Crc32.Append(Crc32.Append(0, head), body));
        if (entry.Size > int.MaxValue || _at > int.MaxValue)
            throw new Tensors.InputException("a dictionary of more than 2 GB cannot be written into a zip file; choose a "
                + "safetensors layout");
        _entries.Add(entry);
        bool isTorch = style == ZipStyle.Torch;
        byte[] extra = isTorch ? Padding(entry) : Zip64Sizes(entry);
        Write(0x04034b50, (2, Version), (2, Flags), (2, 0), (2, 0), (2, Date), (4, isTorch ? 0 : entry.Crc),
            (4, isTorch ? 0 : entry.Size), (4, isTorch ? 0 : entry.Size), (2, entry.Name.Length), (2, extra.Length));
        Write(entry.Name);
        Write(extra);
        Write(head);
        Write(body);
        if (isTorch)
            Write(0x08074b50, (4, entry.Crc), (4, entry.Size), (4, entry.Size));
    }

    /// <summary>Writes the directory of entries, which ends the file.</summary>
    public void Finish()
    {
        long start = _at;
        foreach (Entry entry in _entries)
        {
            Write(0x02014b50, (1, Version), (1, style == ZipStyle.Torch ? 0 : 3), (2, Version), (2, Flags), (2, 0), (2, 0),
                (2, Date),
                (4, entry.Crc), (4, entry.Size), (4, entry.Size), (2, entry.Name.Length), (2, 0), (2, 0), (2, 0), (2, 0),
                (4, style == ZipStyle.Torch ? 0 : 0x1800000), (4, entry.Start));
            Write(entry.Name);
        }
        long size = _at - start, end = _at;
        if (style == ZipStyle.Torch)
        {
            Write(0x06064b50, (8, 44), (2, 0x031e), (2, 45), (4, 0), (4, 0), (8, _entries.Count), (8, _entries.Count),
                (8, size), (8, start));
            Write(0x07064b50, (4, 0), (8, end), (4, 1));
        }
        Write(0x06054b50, (2, 0), (2, 0), (2, _entries.Count), (2, _entries.Count), (4, size), (4, start), (2, 0));
    }

    long Version => style == ZipStyle.Torch ? 0 : 20;

    long Flags => style == ZipStyle.Torch ? 0x0808 : 0;

    long Date => style == ZipStyle.Torch ? 0 : 0x21; // 1 January 1980

    // Puts the data at a multiple of 64 bytes.
    static byte[] Padding(Entry entry)
    {
        long data = entry.Start + 30 + entry.Name.Length + 4;
        int padding = (int)((Alignment - (data % Alignment)) % Alignment);
        byte[] extra = [(byte)'F', (byte)'B', (byte)padding, 0, .. Enumerable.Repeat((byte)'Z', padding)];
        return extra;
    }

    static byte[] Zip64Sizes(Entry entry)
    {
        byte[] extra = new byte[20];
        (extra[0], extra[2]) = (1, 16);
        BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(4), entry.Size);
        BinaryPrimitives.WriteInt64LittleEndian(extra.AsSpan(12), entry.Size);
        return extra;
    }

    void Write(uint signature, params ReadOnlySpan<(int Bytes, long Value)> fields)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, signature);
        Write(bytes[..4]);
        foreach ((int count, long value) in fields)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            Write(bytes[..count]);
        }
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _at += bytes.Length;
    }

    sealed record Entry(byte[] Name, long Start, long Size, uint Crc);
}

/// <summary>Whose zip files are written.</summary>
enum ZipStyle
{
    /// <summary>torch.save: data at multiples of 64 bytes, sizes behind the data.</summary>
    Torch,

    /// <summary>numpy.savez: 64-bit sizes before the data.</summary>
    NumPy,
}
