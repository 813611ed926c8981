using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hooke.Models;

/// <summary>
/// Writes safetensors files: atomically, and the same bytes for the same tensors in whatever order they come.
/// </summary>
public static class SafetensorsWriter
{
    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes the tensors, widest type first and then by name as upstream does, behind a header padded to 8 bytes.
    /// </summary>
    /// <exception cref="Tensors.InputException">The path cannot be written.</exception>
    /// <exception cref="ArgumentException">
    /// Two tensors share a name, or a tensor gives not as many values as its shape has.
    /// </exception>
    public static void Write(
        string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorToWrite[] ordered =
            [.. tensors.OrderByDescending(t => t.Type.Bytes()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        ReadOnlyMemory<byte> header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            int padded = (header.Length + 7) / 8 * 8;
            Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixBytes];
            BinaryPrimitives.WriteInt64LittleEndian(prefix, padded);
            stream.Write(prefix);
            stream.Write(header.Span);
            for (int i = header.Length; i < padded; i++)
                stream.WriteByte((byte)' ');
            foreach (TensorToWrite tensor in ordered)
                tensor.WriteTo(stream);
        });
    }

    static ReadOnlyMemory<byte> Header(TensorToWrite[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        HashSet<string> names = new([SafetensorsHeader.MetadataKey], StringComparer.Ordinal);
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, Json);
        json.WriteStartObject();
        if (metadata is { Count: > 0 })
        {
            json.WriteStartObject(SafetensorsHeader.MetadataKey);
            foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        long at = 0;
        foreach (TensorToWrite tensor in tensors)
        {
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"Two tensors are named {Quote.Of(tensor.Name)}.", nameof(tensors));
            long end = checked(at + tensor.Count * tensor.Type.Bytes());
            WriteEntry(json, tensor, at, end);
            at = end;
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    static void WriteEntry(Utf8JsonWriter json, TensorToWrite tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Type.Name());
        json.WriteStartArray("shape");
        foreach (long size in tensor.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
