using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Circuits;

public sealed partial class GraphFile
{
    /// <summary>Reads a graph and holds it against the format: every field's type, every id, every number.</summary>
    /// <exception cref="InputException">The file is absent, no graph, damaged, or holds more than is allowed.</exception>
    public static GraphFile Read(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path} is a folder; name the graph's JSON file in it");
        try
        {
            GraphFileReader reader = new(path);
            Pass(path, reader);
            if (reader.LinksCameFirst)
                Pass(path, reader);
            return reader.Finish();
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path} is not a graph's JSON{At(fault)}: {Said(fault)}", fault);
        }
        catch (InvalidOperationException fault) when (fault is not ObjectDisposedException)
        {
            throw new InputException($"{path} is not a graph's JSON: a text in it is no Unicode", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {path}: {fault.Message}", fault);
        }
    }

    static void Pass(string path, GraphFileReader reader)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        JsonStream json = new(stream);
        reader.Read(ref json);
    }

    static string At(JsonException fault) =>
        fault.LineNumber is { } line ? $" (line {line + 1}, byte {fault.BytePositionInLine})" : "";

    // The reader's own message ends with the place and speaks of bytes; NaN and Infinity are what Python writes.
    static string Said(JsonException fault)
    {
        string said = fault.Message.Split(" LineNumber:")[0].TrimEnd('.');
        return said.StartsWith("'N'", StringComparison.Ordinal) || said.StartsWith("'I'", StringComparison.Ordinal)
            ? "NaN and Infinity are no JSON numbers; a weight must be finite" : said;
    }
}
