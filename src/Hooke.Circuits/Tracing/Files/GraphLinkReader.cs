using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Reads links one after the other and finds the nodes that they name.</summary>
/// <remarks>
/// Older files of circuit-tracer give a latent of layer 0 and an error the same id (circuit-tracer #78). An error has no
/// incoming links, so as a target the id is the latent's; as a source the two are told apart by the order of a target's
/// links, which follows the order of the nodes.
/// </remarks>
sealed class GraphLinkReader
{
    const int LongestId = 4096;

    readonly string _path;
    readonly List<GraphFileLink> _links = [];
    readonly Dictionary<string, int> _places;
    readonly Dictionary<int, int> _twins = []; // of a latent, the error with the same id
    readonly char[] _id = new char[LongestId];

    public GraphLinkReader(string path, IReadOnlyList<GraphFileNode> nodes)
    {
        (_path, _places) = (path, new(nodes.Count));
        for (int i = 0; i < nodes.Count; i++)
            if (!_places.TryAdd(nodes[i].Id, i))
                Pair(nodes, _places[nodes[i].Id], i);
    }

    public SortedDictionary<int, JsonObject> Others { get; } = [];

    public void Read(ref JsonStream json)
    {
        if (json.Type != JsonTokenType.StartArray)
            throw new InputException($"{_path} is not a graph's JSON: its 'links' is not an array");
        while (json.Element())
        {
            if (_links.Count == GraphFile.MostLinks)
                throw Fault($"are more than {GraphFile.MostLinks:n0}; prune the graph where it was made");
            _links.Add(Link(ref json));
        }
    }

    public IReadOnlyList<GraphFileLink> Finish(List<string> notes)
    {
        if (_twins.Count == 0)
            return _links;
        notes.Add($"{_twins.Count} id(s) belong to a latent of layer 0 and to an error as well, as in older files of "
            + "circuit-tracer: links from them were told apart by their order");
        int unclear = 0;
        for (int i = 0; i < _links.Count; i++)
            if (_twins.TryGetValue(_links[i].Source, out int error))
                _links[i] = _links[i] with { Source = Told(i, error, ref unclear) };
        if (unclear > 0)
            notes.Add($"the order of {unclear} link(s) from such ids does not tell: taken as the latent's");
        return _links;
    }

    void Pair(IReadOnlyList<GraphFileNode> nodes, int first, int second)
    {
        bool isTwin = !_twins.ContainsKey(first)
            && nodes[first].Kind == TraceNodeKind.Error != (nodes[second].Kind == TraceNodeKind.Error);
        if (!isTwin)
            throw new InputException($"{_path} is not a graph's JSON: nodes {first} and {second} "
                + $"have the same id '{nodes[first].Id}'");
        (int latent, int error) = nodes[first].Kind == TraceNodeKind.Error ? (second, first) : (first, second);
        _places[nodes[first].Id] = latent;
        _twins[latent] = error;
    }

    int Told(int link, int error, ref int unclear)
    {
        int latent = _links[link].Source, target = _links[link].Target;
        int before = link > 0 && _links[link - 1].Target == target ? _links[link - 1].Source : -1;
        int after = link + 1 < _links.Count && _links[link + 1].Target == target ? _links[link + 1].Source : int.MaxValue;
        if (after == latent && before != latent) // both twins are sources, the first of them first
            after = Math.Max(latent, error);
        bool canLatent = before < latent && latent < after, canError = before < error && error < after;
        if (canLatent == canError)
            unclear++;
        return canError && !canLatent ? error : latent;
    }

    GraphFileLink Link(ref JsonStream json)
    {
        if (json.Type != JsonTokenType.StartObject)
            throw Fault($"{_links.Count} is not an object");
        (int source, int target, double? weight, JsonObject? others) = (-1, -1, null, null);
        while (json.Member() is { } name)
        {
            switch (name)
            {
                case "source": source = Place(ref json, name); break;
                case "target": target = Place(ref json, name); break;
                case "weight" when json.Type == JsonTokenType.Number
                    && json.Token.TryGetDouble(out double w) && double.IsFinite(w):
                    weight = w;
                    break;
                case "weight": throw Fault($"{_links.Count} has a weight that is not a finite number");
                default:
                    others ??= [];
                    others[name] = json.Value();
                    break;
            }
        }
        if (others is not null)
            Others[_links.Count] = others;
        if (source < 0 || target < 0 || weight is null)
            throw Fault($"{_links.Count} has no '{(source < 0 ? "source" : target < 0 ? "target" : "weight")}'");
        return new GraphFileLink(source, target, weight.Value);
    }

    int Place(ref JsonStream json, string end)
    {
        if (json.Type != JsonTokenType.String || json.Token.ValueSpan.Length > LongestId)
            throw Fault($"{_links.Count} has a '{end}' that is not the id of a node");
        ReadOnlySpan<char> id = _id.AsSpan(0, json.Token.CopyString(_id));
        return _places.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out int place)
            ? place : throw Fault($"{_links.Count} has the {end} '{id}', and no node has that id");
    }

    InputException Fault(string what) => new($"{_path} is not a graph's JSON: its links: {what}");
}
