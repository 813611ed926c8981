using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hooke.Circuits;

namespace Hooke.Studies;

/// <summary>What the page's script is given: the shown part of the file, and where each node stands.</summary>
/// <remarks>Written with every character escaped that could end the block, whatever a label holds.</remarks>
sealed partial class TracePageData
{
    const int MostRows = 128;
    const int MostColumns = 512;

    readonly GraphFile _file;
    readonly TraceShown _shown;
    readonly IReadOnlyDictionary<(int Layer, long Latent), LatentDetails> _details;
    readonly IReadOnlyList<string> _tokens;
    readonly List<LatentDetails> _listed = [];
    readonly Dictionary<(int, long), int> _listedAt = [];
    readonly Dictionary<int, int> _rows, _columns;
    readonly List<string> _rowNames;

    public TracePageData(GraphFile file, TraceShown shown, IReadOnlyDictionary<(int Layer, long Latent), LatentDetails> details)
    {
        (_file, _shown, _details, _tokens) = (file, shown, details, file.PromptTokens);
        GraphFileNode[] nodes = [.. shown.Nodes.Select(i => file.Nodes[i])];
        GraphFileNode[] others = [.. nodes.Where(node => node.Kind != TraceNodeKind.Target)];
        int[] layers = Present(others.Select(node => node.LayerNumber), -1, MostRows);
        _rows = layers.Select((layer, i) => (layer, i)).ToDictionary(at => at.layer, at => at.i);
        _rowNames =
        [
            .. layers.Select(layer => layer < 0 ? "tokens" : IsBehindLayers(nodes, layer) ? "out" : $"L{layer}"),
            "logits",
        ];
        int[] positions = Present(nodes.Where(node => !IsSummed(node)).Select(node => node.Position), 0, MostColumns);
        _columns = positions.Select((position, i) => (position, i)).ToDictionary(at => at.position, at => at.i + 1);
    }

    // Targets stand two above the last layer: what is between them, the last norm's bias, is of no layer.
    static bool IsBehindLayers(IReadOnlyList<GraphFileNode> nodes, int layer) =>
        nodes.Any(node => node.Kind == TraceNodeKind.Target && node.LayerNumber == layer + 1)
        && !nodes.Any(node => node.LayerNumber == layer && node.Kind is TraceNodeKind.Latent or TraceNodeKind.Error);

    public string Text()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
            Write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // All from the first on, or where that is too many those that are there.
    static int[] Present(IEnumerable<int> values, int first, int most)
    {
        int[] there = [.. values.Distinct().Order()];
        int last = there.DefaultIfEmpty(first).Max();
        return last - first < most ? [.. Enumerable.Range(first, last - first + 1)] : there;
    }

    void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("metadata");
        _file.Metadata.WriteTo(json);
        json.WritePropertyName("query");
        _file.Query.WriteTo(json);
        json.WritePropertyName("others");
        _file.Others.WriteTo(json);
        json.WriteStartArray("nodes");
        foreach (int node in _shown.Nodes)
            GraphFile.WriteNode(json, _file.Nodes[node]);
        json.WriteEndArray();
        json.WriteStartArray("places");
        foreach (int node in _shown.Nodes)
            WritePlace(json, _file.Nodes[node]);
        json.WriteEndArray();
        WriteLinks(json);
        WriteDetails(json);
        json.WriteStartArray("rowNames");
        foreach (string name in _rowNames)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteNumber("rows", _rowNames.Count);
        json.WriteNumber("columns", _columns.Count + 1);
        json.WriteBoolean("hasSummed", _shown.Nodes.Any(node => IsSummed(_file.Nodes[node])));
        json.WriteStartObject("thresholds");
        json.WriteNumber("node", NodeThreshold());
        json.WriteNumber("link", 1);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // A file may say 0 where nothing is to be hidden.
    double NodeThreshold() =>
        _file.Metadata["node_threshold"] is { } said && (double)said is > 0 and <= 1 and var share ? share : 1;

    void WritePlace(Utf8JsonWriter json, GraphFileNode node)
    {
        bool isTarget = node.Kind == TraceNodeKind.Target, isSummed = IsSummed(node);
        string token = node.Position < _tokens.Count ? _tokens[node.Position] : "";
        string position = isSummed ? "all positions" : $"position {node.Position}{(token.Length > 0 ? $" “{token}”" : "")}";
        string place = node.LayerNumber < 0 || isTarget ? position : $"layer {node.LayerNumber} · {position}";
        json.WriteStartObject();
        json.WriteString("kind", node.Kind.ToString().ToLowerInvariant());
        json.WriteString("kindName", KindName(node));
        json.WriteNumber("row", isTarget ? _rowNames.Count - 1 : _rows[node.LayerNumber]);
        json.WriteNumber("column", isSummed ? 0 : _columns[node.Position]);
        json.WriteString("place", place);
        json.WriteString("spot", Spot(node, isSummed, token));
        json.WriteString("text", $"{node.Label}\n{node.Id}\n{token}");
        if (node.Kind == TraceNodeKind.Token)
            json.WriteString("box", token.Length > 0 ? token : node.Label.Length > 0 ? node.Label : node.Id);
        if (isTarget)
            json.WriteString("box", TargetText(node));
        if (node.Influence is { } influence)
            json.WriteNumber("rank", influence);
        if (_file.LatentOf(node) is { } latent && _details.ContainsKey((node.LayerNumber, latent)))
            json.WriteNumber("detail", Listed((node.LayerNumber, latent)));
        json.WriteEndObject();
    }

    // The place in a few letters, for lists.
    static string Spot(GraphFileNode node, bool isSummed, string token)
    {
        string layer = node.LayerNumber < 0 || node.Kind == TraceNodeKind.Target ? "" : $"L{node.LayerNumber} ";
        return isSummed ? layer + "all positions" : $"{layer}at {node.Position}{(token.Length > 0 ? $" “{token}”" : "")}";
    }

    void WriteLinks(Utf8JsonWriter json)
    {
        Dictionary<int, int> places = _shown.Nodes.Select((node, i) => (node, i)).ToDictionary(at => at.node, at => at.i);
        json.WriteStartArray("source");
        foreach (int link in _shown.Links)
            json.WriteNumberValue(places[_file.Links[link].Source]);
        json.WriteEndArray();
        json.WriteStartArray("target");
        foreach (int link in _shown.Links)
            json.WriteNumberValue(places[_file.Links[link].Target]);
        json.WriteEndArray();
        json.WriteStartArray("weight");
        foreach (int link in _shown.Links)
            json.WriteNumberValue(_file.Links[link].Weight);
        json.WriteEndArray();
    }

    int Listed((int, long) latent)
    {
        if (_listedAt.TryAdd(latent, _listed.Count))
            _listed.Add(_details[latent]);
        return _listedAt[latent];
    }

    void WriteDetails(Utf8JsonWriter json)
    {
        json.WriteStartArray("details");
        foreach (LatentDetails details in _listed)
        {
            json.WriteStartObject();
            WriteEffects(json, "promotes", details.Promotes);
            WriteEffects(json, "suppresses", details.Suppresses);
            json.WriteStartArray("examples");
            foreach (LatentExample example in details.Examples)
            {
                json.WriteStartObject();
                json.WriteStartArray("tokens");
                foreach (string token in example.Tokens)
                    json.WriteStringValue(token);
                json.WriteEndArray();
                json.WriteStartArray("activations");
                foreach (float activation in example.Activations)
                    json.WriteNumberValue(activation);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteEffects(Utf8JsonWriter json, string name, IReadOnlyList<TokenEffect> effects)
    {
        json.WriteStartArray(name);
        foreach ((string token, float effect) in effects)
        {
            json.WriteStartArray();
            json.WriteStringValue(token);
            json.WriteNumberValue(effect);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    static bool IsSummed(GraphFileNode node) =>
        node.Others?["summed_over_positions"] is { } flag && flag.GetValueKind() == JsonValueKind.True;

    static string KindName(GraphFileNode node) => node.Kind switch
    {
        TraceNodeKind.Latent => node.FeatureType.Contains("lorsa", StringComparison.Ordinal) ? "attention latent" : "latent",
        TraceNodeKind.Error => "error: what the latents miss",
        TraceNodeKind.Token => "token",
        TraceNodeKind.Bias => "bias: does not depend on the prompt",
        TraceNodeKind.Remainder => "rest: has no node of its own",
        _ => "target",
    };

    // "Output "Austin" (p=0.439)" is too long for a box.
    static string TargetText(GraphFileNode node)
    {
        Match output = OutputLabel().Match(node.Label);
        string name = output.Success ? output.Groups[1].Value : node.Label.Length > 0 ? node.Label : node.Id;
        return node.Probability is > 0 and var p ? $"{name}  {Figure.Percent(p)}" : name;
    }

    [GeneratedRegex("^Output \"(.*)\" \\(p=[0-9.]+\\)$", RegexOptions.Singleline)]
    private static partial Regex OutputLabel();
}
