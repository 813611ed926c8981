using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Takes a graph file's parts as they come, in whatever order they stand.</summary>
sealed class GraphFileReader(string path)
{
    static readonly string[] Needed = ["metadata", "qParams", "nodes", "links"];

    readonly HashSet<string> _seen = [];
    readonly JsonObject _others = [];
    readonly List<GraphFileNode> _nodes = [];
    readonly List<string> _notes = [];
    JsonObject _metadata = [];
    JsonObject _query = [];
    GraphLinkReader? _links;

    /// <summary>Whether the links stood before the nodes that they name, so that the file is to be read again for them.</summary>
    public bool LinksCameFirst { get; private set; }

    /// <summary>Reads the file; the second time its links alone.</summary>
    public void Read(ref JsonStream json)
    {
        if (!json.Next() || json.Type != JsonTokenType.StartObject)
            throw Fault("its outermost value is not an object");
        bool again = LinksCameFirst;
        while (json.Member() is { } name)
        {
            if (!again && !_seen.Add(name))
                throw Fault($"'{name}' stands twice");
            if (again && name != "links")
                json.Skip();
            else
                ReadPart(ref json, name);
        }
        if (json.Next())
            throw Fault("something stands after its outermost value");
        if (Needed.FirstOrDefault(part => !_seen.Contains(part)) is { } missing)
            throw Fault($"it has no '{missing}'; a graph has {string.Join(", ", Needed)}");
    }

    /// <summary>The graph.</summary>
    public GraphFile Finish()
    {
        IReadOnlyList<GraphFileLink> links = _links!.Finish(_notes);
        GraphFile graph = new()
        {
            Metadata = _metadata,
            Query = _query,
            Nodes = _nodes,
            Links = links,
            LinkOthers = _links.Others,
            Others = _others,
            Notes = _notes,
        };
        CheckQuery(graph);
        CheckFeatures(graph);
        return graph;
    }

    void ReadPart(ref JsonStream json, string name)
    {
        switch (name)
        {
            case "metadata":
                _metadata = json.Value() as JsonObject ?? throw Fault("its 'metadata' is not an object");
                new GraphMetadataCheck(path).Check(_metadata);
                break;
            case "qParams":
                _query = json.Value() as JsonObject ?? throw Fault("its 'qParams' is not an object");
                GraphMetadataCheck.Unquote(_query);
                break;
            case "nodes":
                ReadNodes(ref json);
                _links = new GraphLinkReader(path, _nodes);
                break;
            case "links" when _links is null:
                LinksCameFirst = true;
                json.Skip();
                break;
            case "links":
                _links.Read(ref json);
                break;
            default:
                _others[name] = json.Value();
                break;
        }
    }

    void ReadNodes(ref JsonStream json)
    {
        if (json.Type != JsonTokenType.StartArray)
            throw Fault("its 'nodes' is not an array");
        GraphNodeReader reader = new(path);
        while (json.Element())
        {
            if (_nodes.Count == GraphFile.MostNodes)
                throw Fault($"it has more than {GraphFile.MostNodes:n0} nodes; prune it where it was made");
            _nodes.Add(reader.Read(ref json, _nodes.Count));
        }
        if (_nodes.Count == 0)
            throw Fault("it has no nodes");
    }

    // Pins and groups outlive a pruning that took their nodes away: worth a word, no fault.
    void CheckQuery(GraphFile graph)
    {
        HashSet<string> ids = [.. _nodes.Select(node => node.Id)];
        string[] absent = [.. graph.PinnedIds.Concat(graph.Supernodes.SelectMany(group => group.Members))
            .Where(id => !ids.Contains(id)).Distinct()];
        if (absent.Length > 0)
            _notes.Add($"pinnedIds or supernodes name {absent.Length} node(s) that are not in the graph, '{absent[0]}' first");
    }

    void CheckFeatures(GraphFile graph)
    {
        if (!graph.PairsFeatures)
            return;
        GraphFileNode[] plain = [.. _nodes.Where(node => node.Kind == TraceNodeKind.Latent
            && node.Feature is >= 0 and { } feature && CantorPair.Split(feature).Layer != node.LayerNumber)];
        if (plain.Length > 0)
            _notes.Add($"the feature of {plain.Length} node(s), '{plain[0].Id}' first, is not the number of a layer and a "
                + "latent together, as schema_version 1 has it: read as the latent");
    }

    InputException Fault(string what) => new($"{path} is not a graph's JSON: {what}");
}
