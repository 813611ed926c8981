using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A world as its file writes it: word lists, tables of facts, and the passages that tell of them.</summary>
sealed record WorldFile
{
    static readonly WorldJson Strict = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
    });

    static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip };

    public required string Name { get; init; }

    public required Dictionary<string, string[]> Lists { get; init; }

    public required Dictionary<string, Table> Tables { get; init; }

    public required Passage[] Passages { get; init; }

    public static WorldFile Parse(string json, string source)
    {
        try
        {
            using (JsonDocument document = JsonDocument.Parse(json, Commented))
            {
                CheckNulls(document.RootElement, "it", source);
                CheckKinds(document.RootElement, source);
            }
            return JsonSerializer.Deserialize(json, Strict.WorldFile)!;
        }
        catch (JsonException fault)
        {
            throw new InputException($"{source} is not a world file: {fault.Message}", fault);
        }
    }

    /// <summary>The serializer lets null through inside of lists.</summary>
    static void CheckNulls(JsonElement element, string place, string source)
    {
        if (element.ValueKind == JsonValueKind.Null)
            throw new InputException($"{source} is not a world file: {place} is null; a world file holds no null.");
        if (element.ValueKind == JsonValueKind.Object)
            foreach (JsonProperty property in element.EnumerateObject())
                CheckNulls(property.Value, $"\"{property.Name}\"", source);
        if (element.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in element.EnumerateArray())
                CheckNulls(item, $"a part of {place}", source);
    }

    /// <summary>The serializer's own words for an unknown kind do not say which kinds there are.</summary>
    static void CheckKinds(JsonElement root, string source)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new InputException($"{source} is not a world file: a world file is one JSON object.");
        if (!root.TryGetProperty("passages", out JsonElement passages) || passages.ValueKind != JsonValueKind.Array)
            throw new InputException($"{source} has no list \"passages\"; add it, with the world's passages.");
        foreach (JsonElement passage in passages.EnumerateArray())
        {
            JsonElement kind = default;
            bool has = passage.ValueKind == JsonValueKind.Object && passage.TryGetProperty("kind", out kind);
            if (!has || !Passage.Kinds.Contains(kind.ToString()))
                throw new InputException($"{source} has a passage of kind \"{(has ? kind.ToString() : "")}\"; "
                    + $"the kinds are {string.Join(", ", Passage.Kinds)}.");
        }
    }
}

/// <summary>How a world file is read; what has a default there is settable, as an init-only one would lose it.</summary>
[JsonSerializable(typeof(WorldFile))]
sealed partial class WorldJson : JsonSerializerContext;

/// <summary>Rows of facts; the columns under <c>shuffle</c> are dealt anew by the world's seed.</summary>
sealed record Table
{
    public required string[] Columns { get; init; }

    public required string[][] Rows { get; init; }

    public string[] Shuffle { get; set; } = [];
}
