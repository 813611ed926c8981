using System.Text.Json;
using System.Text.Unicode;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Strict reading of JSON files: no repeated names, no comments, no trailing commas, a bounded size.</summary>
public static class JsonFile
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The file as a document.</summary>
    /// <exception cref="InputException">The file is absent, too large or not strict JSON.</exception>
    public static JsonDocument Read(string path, int largest) => Parse(InputFile.ReadAllBytes(path, largest), path);

    /// <summary>The bytes of the file at <paramref name="path"/> as a document.</summary>
    /// <exception cref="InputException">Not strict JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, string path)
    {
        if (!Utf8.IsValid(bytes.Span))
            throw new InputException($"{path} is not valid UTF-8 text; fetch it again.");
        try
        {
            return JsonDocument.Parse(bytes, Strict);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new InputException(
                $"{path} is not valid JSON ({fault.Message.TrimEnd('.')}); fetch it again.", fault);
        }
    }

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="InputException">The string is not valid Unicode.</exception>
    public static string Text(JsonElement text, string path)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw new InputException($"{path} holds a string that is not valid Unicode; fetch it again.", fault);
        }
    }
}
