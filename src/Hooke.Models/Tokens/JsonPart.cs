using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One object of a tokenizer.json: reads typed options, and names file and place in every refusal.</summary>
sealed class JsonPart
{
    readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    readonly JsonElement _object;
    readonly string _file;
    readonly string _place;

    public JsonPart(JsonElement element, string file, string place)
    {
        (_object, _file, _place) = (element, file, place);
        if (element.ValueKind != JsonValueKind.Object)
            throw Refusal("is not an object");
    }

    /// <summary>What kind of part this is: its "type".</summary>
    public string Kind => Text("type");

    public InputException Refusal(string why) => new($"{_file}: {_place} {why}.");

    /// <summary>A refusal of this kind of part that lists the kinds there are.</summary>
    public InputException UnknownKind(params string[] known) =>
        Refusal($"is of kind {Quote.Of(Kind)}, which is not supported; supported are {string.Join(", ", known)}");

    /// <summary>The value under a key, or null where it is absent or null.</summary>
    public JsonElement? Value(string key)
    {
        _ = _asked.Add(key);
        bool isThere = _object.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;
        return isThere ? value : null;
    }

    public string Text(string key) => TextOrNull(key) ?? throw Refusal($"needs the text \"{key}\"");

    public string? TextOrNull(string key) => Value(key) is not JsonElement value ? null
        : value.ValueKind == JsonValueKind.String ? JsonFile.Text(value, _file)
        : throw Refusal($"has a \"{key}\" that is not text");

    public bool Flag(string key, bool otherwise) => Value(key)?.ValueKind switch
    {
        null => otherwise,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refusal($"has a \"{key}\" that is neither true nor false"),
    };

    public int? Integer(string key) => Value(key) is not JsonElement value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
        : throw Refusal($"has a \"{key}\" that is not a whole number");

    public JsonPart Part(string key) => PartOrNull(key) ?? throw Refusal($"needs the object \"{key}\"");

    public JsonPart? PartOrNull(string key) =>
        Value(key) is JsonElement value ? new(value, _file, Place(key)) : null;

    /// <summary>The items of a list, or none where it is absent.</summary>
    public IEnumerable<JsonElement> Items(string key) => Value(key) is not JsonElement value ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray()
        : throw Refusal($"has a \"{key}\" that is not a list");

    /// <summary>The objects in a list, or none where it is absent.</summary>
    public IEnumerable<JsonPart> Parts(string key) =>
        Items(key).Select((item, i) => new JsonPart(item, _file, $"{Place(key)}[{i}]"));

    /// <summary>All names and values of the object.</summary>
    public IEnumerable<(string Name, JsonElement Value)> Members()
    {
        foreach (JsonProperty member in _object.EnumerateObject())
            yield return (member.Name, member.Value);
    }

    public string TextOf(JsonElement item, string what) => item.ValueKind == JsonValueKind.String
        ? JsonFile.Text(item, _file)
        : throw Refusal($"has {what} that is not text");

    /// <summary>Refuses options that nobody asked for: ignoring one could silently change the tokens.</summary>
    public void Close(params ReadOnlySpan<string> harmless)
    {
        foreach ((string name, JsonElement value) in Members())
            if (value.ValueKind != JsonValueKind.Null && !_asked.Contains(name) && !harmless.Contains(name))
                throw Refusal($"has the option {Quote.Of(name)}, which is not known");
    }

    string Place(string key) => _place.Length == 0 ? key : $"{_place}.{key}";
}
