using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Holds a graph's metadata against the format.</summary>
sealed class GraphMetadataCheck(string path)
{
    static readonly string[] Texts = ["slug", "scan", "prompt"];
    static readonly string[] Numbers = ["node_threshold", "replacement_score", "completeness_score"];

    public void Check(JsonObject metadata)
    {
        foreach (string name in Texts)
            if (Kind(metadata[name]) != JsonValueKind.String)
                throw Fault($"has no text '{name}'");
        if (metadata["prompt_tokens"] is not JsonArray tokens || tokens.Any(token => Kind(token) != JsonValueKind.String))
            throw Fault("has no array of texts 'prompt_tokens'");
        foreach (string name in Numbers)
            if (metadata[name] is { } number
                && (Kind(number) != JsonValueKind.Number || !double.IsFinite(number.GetValue<double>())))
                throw Fault($"has a '{name}' that is not a finite number: {number.ToJsonString()}");
        if (metadata["schema_version"] is { } version
            && (Kind(version) != JsonValueKind.Number || version.GetValue<double>() != GraphFile.SchemaVersion))
            throw Fault($"has schema_version {version.ToJsonString()}; "
                + $"Hooke reads {GraphFile.SchemaVersion}, and files without it");
    }

    /// <summary>Addresses of the viewers carry pins and groups as texts; some files took them over so.</summary>
    public static void Unquote(JsonObject query)
    {
        if (Kind(query["pinnedIds"]) == JsonValueKind.String)
            query["pinnedIds"] = new JsonArray([.. query["pinnedIds"]!.GetValue<string>()
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(id => (JsonNode)id)]);
        if (Kind(query["supernodes"]) == JsonValueKind.String)
            query["supernodes"] = query["supernodes"]!.GetValue<string>() is { Length: > 0 } text
                && JsonNode.Parse(text) is JsonArray groups
                ? groups : new JsonArray();
    }

    static JsonValueKind Kind(JsonNode? node) => node?.GetValueKind() ?? JsonValueKind.Null;

    InputException Fault(string what) => new($"{path} is not a graph's JSON: its metadata {what}");
}
