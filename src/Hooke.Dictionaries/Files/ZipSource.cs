using System.IO.Compression;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A zip file open for reading; no entry is believed to be larger than it can be.</summary>
/// <remarks>
/// Nothing is ever unpacked to the disk. Sizes and check sums of what is read must be those that the zip states.
/// </remarks>
sealed class ZipSource : IDisposable
{
    const int MostEntries = 100_000;
    const long AlwaysPossible = 1 << 20;
    const int MostShrunk = 1100; // deflate cannot shrink bytes further than 1032 times

    readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    readonly ZipArchive _archive;

    /// <exception cref="InputException">The file is absent, no zip, or states what cannot be.</exception>
    public ZipSource(string path)
    {
        Path = path;
        FileStream file = InputFile.OpenRead(path);
        try
        {
            long packed = 0;
            _archive = Guarded(() => new ZipArchive(file, ZipArchiveMode.Read));
            foreach (ZipArchiveEntry entry in Guarded(() => _archive.Entries))
                packed += Checked(entry, file.Length).CompressedLength;
            if (packed > file.Length)
                throw new InputException($"{path} is {file.Length} bytes long, but its entries claim {packed}: they overlap, "
                    + "which is a zip bomb; it is not read");
        }
        catch
        {
            _archive?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The names of the entries, in the order of the file.</summary>
    public IEnumerable<string> Names => _entries.Keys;

    /// <summary>Whether there is an entry of this name.</summary>
    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>How many bytes an entry unpacks to.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public long Length(string name) => Of(name).Length;

    /// <summary>An entry's bytes; not more than are asked for are held.</summary>
    /// <exception cref="InputException">There is none, it is larger than that, or damaged.</exception>
    public byte[] Read(string name, long atMost)
    {
        ZipArchiveEntry entry = Of(name);
        if (entry.Length > Math.Min(atMost, Array.MaxLength))
            throw new InputException($"{Path}: entry {Quote.Of(name)} is {entry.Length} bytes long; at most {atMost} are "
                + "read of it");
        return Guarded(() =>
        {
            byte[] bytes = new byte[entry.Length];
            using Stream stream = entry.Open();
            stream.ReadExactly(bytes);
            if (stream.ReadByte() >= 0 || Crc32.Append(0, bytes) != entry.Crc32)
                throw new InputException($"{Path}: entry {Quote.Of(name)} is damaged (its size or check sum is wrong); "
                    + "fetch it again");
            return bytes;
        });
    }

    /// <summary>The first bytes of an entry.</summary>
    /// <exception cref="InputException">There is no such entry, or it cannot be read.</exception>
    public byte[] Start(string name, int count) => Guarded(() =>
    {
        byte[] bytes = new byte[Math.Min(count, Of(name).Length)];
        using Stream stream = Of(name).Open();
        stream.ReadExactly(bytes);
        return bytes;
    });

    public void Dispose() => _archive.Dispose();

    ZipArchiveEntry Of(string name) => _entries.TryGetValue(name, out ZipArchiveEntry? entry)
        ? entry
        : throw new InputException($"{Path} has no entry {Quote.Of(name)}; it is damaged: fetch it again");

    ZipArchiveEntry Checked(ZipArchiveEntry entry, long fileBytes)
    {
        string name = entry.FullName;
        if (name.Contains("..", StringComparison.Ordinal) || name.Contains('\\', StringComparison.Ordinal)
            || name.StartsWith('/'))
            throw new InputException($"{Path} has an entry {Quote.Of(name)} that points outside of it; it is not read");
        if (_entries.Count >= MostEntries)
            throw new InputException($"{Path} has more than {MostEntries} entries; no dictionary has");
        if (entry.CompressedLength > fileBytes || entry.Length > AlwaysPossible + (entry.CompressedLength * MostShrunk))
            throw new InputException($"{Path}: entry {Quote.Of(name)} claims to unpack {entry.CompressedLength} bytes into "
                + $"{entry.Length}, which is a zip bomb; it is not read");
        if (entry.Length > AlwaysPossible * 16 && entry.Length / 100 > entry.CompressedLength)
            throw new InputException($"{Path}: entry {Quote.Of(name)} unpacks {entry.CompressedLength} bytes into "
                + $"{entry.Length}, "
                + "more than a hundred times as many: weights do not shrink so, and it is not read");
        if (!_entries.TryAdd(name, entry))
            throw new InputException($"{Path} has two entries named {Quote.Of(name)}; fetch it again");
        return entry;
    }

    T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or NotSupportedException
            or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new InputException($"{Path} is not a zip file that can be read ({fault.Message.TrimEnd('.')}); fetch it "
                + "again", fault);
        }
    }
}
