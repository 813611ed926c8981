using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A dictionary's JSON config, whose values are checked as they are asked for.</summary>
sealed class ConfigJson
{
    const int Largest = 1 << 24;

    readonly string _path;

    /// <exception cref="InputException">The file is absent, no JSON, or no object.</exception>
    public ConfigJson(string path)
    {
        _path = path;
        using JsonDocument document = JsonFile.Read(path, Largest);
        Root = JsonObject.Create(document.RootElement.Clone())
            ?? throw new InputException($"{path} holds no JSON object; fetch it again");
    }

    ConfigJson(string path, JsonObject root) => (_path, Root) = (path, root);

    /// <summary>The object, with whatever else it holds.</summary>
    public JsonObject Root { get; }

    /// <summary>Whether there is a value of this name that is not null.</summary>
    public bool Has(string name) => Root[name] is not null;

    /// <summary>An object within.</summary>
    /// <exception cref="InputException">It is no object.</exception>
    public ConfigJson? Within(string name) => Root[name] switch
    {
        null => null,
        JsonObject part => new(_path, part),
        _ => throw Wrong(name, "an object"),
    };

    /// <summary>A text, or null where there is none.</summary>
    /// <exception cref="InputException">It is no text.</exception>
    public string? Text(string name) => Root[name] is not { } node ? null
        : node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>()
        : throw Wrong(name, "a text");

    /// <summary>A truth value, or a default where there is none.</summary>
    /// <exception cref="InputException">It is no truth value.</exception>
    public bool Flag(string name, bool otherwise) => Root[name] is not { } node ? otherwise
        : node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(name, "true or false"),
        };

    /// <summary>A whole number, or null where there is none.</summary>
    /// <exception cref="InputException">It is no whole number of 31 bits.</exception>
    public int? Count(string name) => Root[name] is not { } node ? null
        : node.GetValueKind() == JsonValueKind.Number && node.GetValue<JsonElement>().TryGetDouble(out double value)
            && value >= 0 && value <= int.MaxValue && value == Math.Floor(value) ? (int)value
        : throw Wrong(name, "a whole number from 0 on");

    /// <summary>A number of an object, or null where there is none, or something else.</summary>
    public static double? Number(JsonObject of, string name) =>
        of[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? value.GetValue<JsonElement>().GetDouble()
            : null;

    /// <summary>Refuses a count that is not what the weights have.</summary>
    /// <exception cref="InputException">It is another.</exception>
    public void Require(string name, int found)
    {
        if (Count(name) is int stated && stated != found)
            throw new InputException($"{_path} says {Quote.Of(name)} is {stated}, but the weights say {found}; they do not "
                + "belong together");
    }

    InputException Wrong(string name, string what) =>
        new($"{_path}: {Quote.Of(name)} is {Quote.Of(Root[name]!.ToJsonString())}, but should be {what}");
}
