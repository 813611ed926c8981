using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A world as its file writes it: word lists, tables of facts, and the passages that tell of them.</summary>
sealed record WorldFile
{
    static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    public required string Name { get; init; }

    public required Dictionary<string, string[]> Lists { get; init; }

    public required Dictionary<string, Table> Tables { get; init; }

    public required Passage[] Passages { get; init; }

    public static WorldFile Parse(string json, string source)
    {
        try
        {
            CheckKinds(json, source);
            return JsonSerializer.Deserialize<WorldFile>(json, Strict)
                ?? throw new InputException($"{source} holds null; a world file is one JSON object.");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{source} is not a world file: {fault.Message}", fault);
        }
    }

    /// <summary>The serializer's own words for an unknown kind do not say which kinds there are.</summary>
    static void CheckKinds(string json, string source)
    {
        using JsonDocument document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InputException($"{source} is not a world file: a world file is one JSON object.");
        if (!document.RootElement.TryGetProperty("passages", out JsonElement passages)
            || passages.ValueKind != JsonValueKind.Array)
            throw new InputException($"{source} has no list \"passages\"; add it, with the world's passages.");
        foreach (JsonElement passage in passages.EnumerateArray())
        {
            string? kind = passage.ValueKind == JsonValueKind.Object && passage.TryGetProperty("kind", out JsonElement named)
                ? named.ToString() : null;
            if (kind is null || !Passage.Kinds.Contains(kind))
                throw new InputException($"{source} has a passage of kind \"{kind}\"; "
                    + $"the kinds are {string.Join(", ", Passage.Kinds)}.");
        }
    }
}

/// <summary>Rows of facts; the columns under <c>shuffle</c> are dealt anew by the world's seed.</summary>
sealed record Table
{
    public required string[] Columns { get; init; }

    public required string[][] Rows { get; init; }

    public string[] Shuffle { get; init; } = [];
}
