using System.Buffers.Binary;
using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The header of a safetensors file, believed only after every check of the format has passed.</summary>
/// <remarks>
/// Layout: 8 bytes little-endian header length; that many bytes of JSON `{name: {dtype, shape, data_offsets}}` with an
/// optional `__metadata__` of strings; then the data, which the tensors must cover without holes or overlaps.
/// </remarks>
sealed class SafetensorsHeader
{
    public const int PrefixBytes = 8;
    public const long LongestHeader = 100_000_000; // as upstream
    public const string MetadataKey = "__metadata__";

    readonly Dictionary<string, string> _metadata = [];
    readonly List<SafetensorsEntry> _entries = [];
    readonly string _path;

    SafetensorsHeader(string path) => _path = path;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    /// <summary>The header length that the file's first 8 bytes claim, checked against the file's size.</summary>
    public static int LengthOf(ReadOnlySpan<byte> prefix, long fileBytes, string path)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader)
            throw new InputException($"{path} claims a header of {length} bytes, more than the {LongestHeader} that "
                + "the safetensors format allows; it is damaged or not a safetensors file.");
        if ((long)length > fileBytes - PrefixBytes)
            throw new InputException($"{path} claims a header of {length} bytes but is {fileBytes} bytes long; "
                + "it is truncated: fetch it again.");
        return (int)length;
    }

    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataBytes, string path)
    {
        if (json.IsEmpty || json[0] != '{')
            throw new InputException($"{path} is not a safetensors file: its header does not begin with '{{'.");
        SafetensorsHeader header = new(path);
        try
        {
            header.ReadJson(json);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a token of the wrong kind, or text that is not UTF-8.
            string why = OneLine(fault.Message);
            throw new InputException(
                $"{path} has a header that is not valid safetensors JSON ({why}); fetch it again.", fault);
        }
        header.CheckLayout(dataBytes);
        return header;
    }

    void ReadJson(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        HashSet<string> seen = new(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader, out string name))
        {
            if (!seen.Add(name))
                throw new InputException($"{_path} names {Quote.Of(name)} twice in its header; fetch it again.");
            if (name == MetadataKey)
                ReadMetadata(ref reader);
            else
                _entries.Add(ReadEntry(ref reader, name));
        }
        if (reader.Read())
            throw new JsonException("more than one JSON value");
    }

    void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader, out string key))
        {
            Expect(ref reader, JsonTokenType.String);
            if (!_metadata.TryAdd(key, reader.GetString()!))
                throw new InputException($"{_path} names {Quote.Of(key)} twice in {MetadataKey}.");
        }
    }

    SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader, out string key))
        {
            object? before = key switch { "dtype" => type, "shape" => shape, "data_offsets" => offsets, _ => null };
            if (before is not null)
                throw new InputException($"{What(name)} has {Quote.Of(key)} twice.");
            switch (key)
            {
                case "dtype":
                    Expect(ref reader, JsonTokenType.String);
                    type = reader.GetString()!;
                    break;
                case "shape":
                    shape = Integers(ref reader, name, key);
                    break;
                case "data_offsets":
                    offsets = Integers(ref reader, name, key);
                    break;
                default:
                    throw new InputException(
                        $"{What(name)} has the key {Quote.Of(key)}; only dtype, shape and data_offsets are known.");
            }
        }
        if (type is null || shape is null || offsets is not [long begin, long end])
            throw new InputException($"{What(name)} needs dtype, shape and two data_offsets.");
        return CheckedEntry(name, DTypes.Parse(type, What(name)), shape, begin, end);
    }

    SafetensorsEntry CheckedEntry(string name, DType type, List<long> shape, long begin, long end)
    {
        if (TensorShape.Count(shape) is not long count || count > long.MaxValue / type.Bytes())
            throw new InputException($"{What(name)} has shape {TensorShape.Text(shape)}, whose size overflows.");
        if (begin > end || end - begin != count * type.Bytes())
            throw new InputException($"{What(name)} is {type.Name()} {TensorShape.Text(shape)}, which takes "
                + $"{count * type.Bytes()} bytes, but its data_offsets [{begin}, {end}] span {end - begin}.");
        return new(name, type, shape.AsReadOnly(), begin, end);
    }

    /// <summary>Puts the tensors in the order of their data and checks that they tile it exactly.</summary>
    void CheckLayout(long dataBytes)
    {
        _entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long at = 0;
        foreach (SafetensorsEntry entry in _entries)
        {
            if (entry.End > dataBytes)
                throw new InputException($"{What(entry.Name)} ends at byte {entry.End} of the data, but the file holds "
                    + $"{dataBytes}; it is truncated: fetch it again.");
            if (entry.Begin != at)
                throw new InputException($"{What(entry.Name)} begins at byte {entry.Begin} of the data, "
                    + (entry.Begin < at ? "inside the tensor before it" : $"leaving a hole from byte {at}")
                    + "; the header lies.");
            at = entry.End;
        }
        if (at != dataBytes)
            throw new InputException($"{_path} holds {dataBytes} bytes of data, but its header describes {at}; "
                + "it is damaged: fetch it again.");
    }

    List<long> Integers(ref Utf8JsonReader reader, string name, string key)
    {
        List<long> values = [];
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0)
                throw new InputException($"{What(name)} has a {key} that is not a list of whole numbers from 0 on.");
            values.Add(value);
        }
        return values;
    }

    string What(string name) => $"{_path}: tensor {Quote.Of(name)}";

    static bool NextName(ref Utf8JsonReader reader, out string name)
    {
        name = reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : "";
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw new JsonException($"{reader.TokenType} at byte {reader.TokenStartIndex} where {type} belongs");
    }

    static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd('.');
}
