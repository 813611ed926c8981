using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A NumPy archive: a zip of .npy arrays. Source: NEP 1, the npy format.</summary>
sealed partial class NpzFile : TensorSource
{
    const int LongestHeader = 1 << 16;
    const string Description = @"^\{'descr': '(?<type>[^']{1,16})', 'fortran_order': (?<order>True|False), "
        + @"'shape': \((?<shape>[0-9, ]*)\), \}\s*$";
    static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    static readonly (string Spelling, DType Type)[] Types =
    [
        ("<f4", DType.F32), ("<f8", DType.F64), ("<f2", DType.F16), ("<i8", DType.I64), ("<i4", DType.I32), ("<i2", DType.I16),
        ("|i1", DType.I8), ("|u1", DType.U8), ("|b1", DType.Bool),
    ];

    readonly ZipSource _zip;
    readonly Dictionary<string, (string Entry, int HeaderBytes, bool IsFortran)> _places = new(StringComparer.Ordinal);

    /// <exception cref="InputException">The file is absent, no NumPy archive, or states what cannot be.</exception>
    public NpzFile(string path)
        : base(path)
    {
        _zip = new ZipSource(path);
        try
        {
            foreach (string entry in _zip.Names)
                AddEntry(entry);
        }
        catch
        {
            _zip.Dispose();
            throw;
        }
    }

    public override void Dispose() => _zip.Dispose();

    protected override byte[] Bytes(StoredArray array)
    {
        (string entry, int headerBytes, bool isFortran) = _places[array.Name];
        byte[] bytes = _zip.Read(entry, _zip.Length(entry))[headerBytes..];
        return isFortran ? RowMajor(bytes, array) : bytes;
    }

    void AddEntry(string entry)
    {
        string what = $"{Path}: entry {Quote.Of(entry)}";
        byte[] start = _zip.Start(entry, LongestHeader + 12);
        if (!entry.EndsWith(".npy", StringComparison.Ordinal) || start.Length < 10 || !start.AsSpan().StartsWith(Magic))
            throw new InputException($"{what} is no NumPy array; fetch it again");
        int prefix = start[6] == 1 ? 10 : 12;
        long length = start.Length < prefix ? long.MaxValue
            : start[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8))
            : BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        if (start[6] is < 1 or > 3 || length > start.Length - prefix)
            throw new InputException($"{what} has a header that is longer than it or of an unknown version; fetch it again");
        string text = Encoding.Latin1.GetString(start, prefix, (int)length);
        if (Header().Match(text) is not { Success: true } match)
            throw new InputException($"{what} has the header {Quote.Of(text.Trim())}, which is not understood");
        if (Types.FirstOrDefault(t => t.Spelling == match.Groups["type"].Value) is not { Spelling: not null } type)
            throw new InputException($"{what} holds numbers of type {Quote.Of(match.Groups["type"].Value)}; read are "
                + string.Join(", ", Types.Select(t => t.Spelling)));
        StoredArray array = new(entry[..^4], type.Type, Sizes(match.Groups["shape"].Value, what));
        long expected = prefix + length + (TensorShape.Count(array.Shape) ?? long.MaxValue / 16) * type.Type.Bytes();
        if (_zip.Length(entry) != expected)
            throw new InputException($"{what}: {array} needs {expected} bytes, but the entry holds {_zip.Length(entry)}; "
                + "fetch it again");
        Add(array);
        _places.Add(array.Name, (entry, prefix + (int)length, match.Groups["order"].Value == "True"));
    }

    static List<long> Sizes(string text, string what)
    {
        List<long> sizes = [];
        foreach (string size in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            sizes.Add(long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                ? value
                : throw new InputException($"{what} has the size {Quote.Of(size)}, which no array has"));
        return TensorShape.Count(sizes) is null ? throw new InputException($"{what} has a shape that overflows") : sizes;
    }

    // Fortran's order has the first axis run fastest.
    static byte[] RowMajor(byte[] bytes, StoredArray array)
    {
        int size = array.Type.Bytes(), rank = array.Shape.Count;
        byte[] ordered = new byte[bytes.Length];
        long[] index = new long[rank];
        for (int at = 0; at < bytes.Length; at += size)
        {
            long from = 0;
            for (int axis = rank - 1; axis >= 0; axis--)
                from = (from * array.Shape[axis]) + index[axis];
            bytes.AsSpan((int)from * size, size).CopyTo(ordered.AsSpan(at));
            for (int axis = rank - 1; axis >= 0 && ++index[axis] == array.Shape[axis]; axis--)
                index[axis] = 0;
        }
        return ordered;
    }

    [GeneratedRegex(Description)]
    private static partial Regex Header();
}
