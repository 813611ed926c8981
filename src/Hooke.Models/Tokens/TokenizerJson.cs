using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hooke.Models;

/// <summary>Writes tokenizer.json files.</summary>
public static class TokenizerJson
{
    static readonly JsonWriterOptions Json =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes a tokenizer of whole words: split at white space, a begin-of-text before every text, words joined by
    /// single spaces when decoded. The id of a word is its place in the vocabulary.
    /// </summary>
    /// <param name="path">The file to write, atomically.</param>
    /// <param name="vocabulary">
    /// All tokens, without repetition; <paramref name="begin"/> and <paramref name="unknown"/> are among them.
    /// </param>
    /// <param name="begin">The special token put before every text.</param>
    /// <param name="unknown">The token of words that are not in the vocabulary, or null to refuse these.</param>
    /// <exception cref="ArgumentException">
    /// A word is repeated, empty or holds white space, or a special token is missing.
    /// </exception>
    /// <exception cref="Tensors.InputException">The path cannot be written.</exception>
    public static void WriteWordLevel(
        string path, IReadOnlyList<string> vocabulary, string begin, string? unknown = null)
    {
        Dictionary<string, int> idOf = new(StringComparer.Ordinal);
        foreach (string word in vocabulary)
            if (word.Length == 0 || word.Any(char.IsWhiteSpace) || !idOf.TryAdd(word, idOf.Count))
                throw new ArgumentException(
                    $"The word {Quote.Of(word)} is repeated, empty or holds white space.", nameof(vocabulary));
        string[] specials = unknown is null ? [begin] : [begin, unknown];
        foreach (string special in specials)
            if (!idOf.ContainsKey(special))
                throw new ArgumentException(
                    $"The special token {Quote.Of(special)} is not in the vocabulary.", nameof(vocabulary));
        AtomicFile.Write(path, stream =>
        {
            using (Utf8JsonWriter json = new(stream, Json))
                Write(json, vocabulary, idOf, specials);
            stream.WriteByte((byte)'\n');
        });
    }

    static void Write(
        Utf8JsonWriter json, IReadOnlyList<string> vocabulary, Dictionary<string, int> idOf, string[] specials)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (string special in specials.OrderBy(special => idOf[special]))
            WriteAdded(json, special, idOf[special]);
        json.WriteEndArray();
        json.WriteNull("normalizer");
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "WhitespaceSplit");
        json.WriteEndObject();
        WriteTemplate(json, specials[0], idOf[specials[0]]);
        json.WriteNull("decoder");
        json.WriteStartObject("model");
        json.WriteString("type", "WordLevel");
        json.WriteStartObject("vocab");
        for (int id = 0; id < vocabulary.Count; id++)
            json.WriteNumber(vocabulary[id], id);
        json.WriteEndObject();
        // The library needs a name, whether there is such a token or not.
        json.WriteString("unk_token", specials.ElementAtOrDefault(1) ?? "<unk>");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteAdded(Utf8JsonWriter json, string content, int id)
    {
        json.WriteStartObject();
        json.WriteNumber("id", id);
        json.WriteString("content", content);
        foreach (string option in (string[])["single_word", "lstrip", "rstrip", "normalized"])
            json.WriteBoolean(option, false);
        json.WriteBoolean("special", true);
        json.WriteEndObject();
    }

    static void WriteTemplate(Utf8JsonWriter json, string begin, int id)
    {
        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        json.WriteStartArray("single");
        WriteItem(json, "SpecialToken", begin, 0);
        WriteItem(json, "Sequence", "A", 0);
        json.WriteEndArray();
        json.WriteStartArray("pair");
        WriteItem(json, "SpecialToken", begin, 0);
        WriteItem(json, "Sequence", "A", 0);
        WriteItem(json, "Sequence", "B", 1);
        json.WriteEndArray();
        json.WriteStartObject("special_tokens");
        json.WriteStartObject(begin);
        json.WriteString("id", begin);
        json.WriteStartArray("ids");
        json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteStartArray("tokens");
        json.WriteStringValue(begin);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteItem(Utf8JsonWriter json, string kind, string id, int type)
    {
        json.WriteStartObject();
        json.WriteStartObject(kind);
        json.WriteString("id", id);
        json.WriteNumber("type_id", type);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
