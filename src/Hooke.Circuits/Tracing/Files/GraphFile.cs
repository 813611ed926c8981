using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// An attribution graph as the viewers of circuit-tracer and Neuronpedia read it; what Hooke does not know of it is kept
/// and written again.
/// </summary>
/// <remarks>
/// Both dialects: circuit-tracer's (with its old and new ids of errors) and Llamascopium's, which has bias nodes. An id is
/// opaque: layer, position and feature are fields of their own.
/// </remarks>
public sealed partial class GraphFile
{
    /// <summary>The most nodes that a file may hold.</summary>
    public const int MostNodes = 2_000_000;

    /// <summary>The most links that a file may hold.</summary>
    public const int MostLinks = 50_000_000;

    /// <summary>The version of the form that features are numbered by layer and latent together.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Where the graph came from and how it was made: slug, scan, prompt, prompt_tokens and more.</summary>
    public required JsonObject Metadata { get; init; }

    /// <summary>What the viewer's reader did with it: pinnedIds, supernodes and more.</summary>
    public JsonObject Query { get; init; } = [];

    /// <summary>The nodes.</summary>
    public required IReadOnlyList<GraphFileNode> Nodes { get; init; }

    /// <summary>The links, by the nodes' places in <see cref="Nodes"/>.</summary>
    public required IReadOnlyList<GraphFileLink> Links { get; init; }

    /// <summary>What else stands at the top of the file, such as qk_only_nodes.</summary>
    public JsonObject Others { get; init; } = [];

    /// <summary>What a reader should know: what was told apart, what names a node that is not there.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    internal IReadOnlyDictionary<int, JsonObject> LinkOthers { get; init; } = new SortedDictionary<int, JsonObject>();

    /// <summary>The graph's name, and its file's.</summary>
    public string Slug => Text("slug");

    /// <summary>The model or dictionary it was made with.</summary>
    public string Scan => Text("scan");

    /// <summary>The prompt.</summary>
    public string Prompt => Text("prompt");

    /// <summary>The prompt's tokens.</summary>
    public IReadOnlyList<string> PromptTokens => [.. Metadata["prompt_tokens"]!.AsArray().Select(t => t!.GetValue<string>())];

    /// <summary>Whether features are numbered by layer and latent together.</summary>
    public bool PairsFeatures => Metadata["schema_version"] is not null;

    /// <summary>Ids of the nodes that the viewer's reader pinned.</summary>
    public IReadOnlyList<string> PinnedIds => Strings(Query["pinnedIds"]);

    /// <summary>Named groups of nodes.</summary>
    public IReadOnlyList<GraphFileGroup> Supernodes =>
        Query["supernodes"] is JsonArray groups
            ? [.. groups.Select(Strings).Where(group => group.Count > 0)
                .Select(group => new GraphFileGroup(group[0], [.. group.Skip(1)]))]
            : [];

    /// <summary>The node's latent in its layer, or null where it stands for none.</summary>
    /// <remarks>
    /// With a schema version a feature is Cantor's number of layer and latent; without, the latent itself, as older files
    /// have it.
    /// </remarks>
    public long? LatentOf(GraphFileNode node)
    {
        if (node.Kind != TraceNodeKind.Latent || node.Feature is not { } feature || feature < 0)
            return null;
        return PairsFeatures && CantorPair.Split(feature) is var (layer, latent) && layer == node.LayerNumber ? latent : feature;
    }

    /// <summary>The same graph with other pinned nodes and groups.</summary>
    public GraphFile With(IEnumerable<string> pinned, IEnumerable<GraphFileGroup> groups)
    {
        JsonObject query = (JsonObject)Query.DeepClone();
        query["pinnedIds"] = new JsonArray([.. pinned.Select(id => (JsonNode)JsonValue.Create(id)!)]);
        query["supernodes"] = new JsonArray([.. groups.Select(group =>
            (JsonNode)new JsonArray([.. group.Members.Prepend(group.Name).Select(text => (JsonNode)JsonValue.Create(text)!)]))]);
        return new GraphFile
        {
            Metadata = Metadata,
            Query = query,
            Nodes = Nodes,
            Links = Links,
            Others = Others,
            Notes = Notes,
            LinkOthers = LinkOthers,
        };
    }

    string Text(string name) =>
        Metadata[name] is JsonValue value && value.TryGetValue(out string? text) ? text : throw new InputException(
            $"the graph's metadata has no text '{name}'");

    static IReadOnlyList<string> Strings(JsonNode? node) =>
        node is JsonArray array
            ? [.. array.OfType<JsonValue>().Select(v => v.TryGetValue(out string? s) ? s : v.ToJsonString())]
            : [];
}

/// <summary>A named group of nodes: what the field calls a supernode.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Members">The ids of its nodes.</param>
public sealed record GraphFileGroup(string Name, IReadOnlyList<string> Members);

/// <summary>A link: what the source adds to the target, directly.</summary>
/// <param name="Source">The place of the source among the nodes.</param>
/// <param name="Target">The place of the target among the nodes.</param>
/// <param name="Weight">The direct effect, with its sign.</param>
public readonly record struct GraphFileLink(int Source, int Target, double Weight);
