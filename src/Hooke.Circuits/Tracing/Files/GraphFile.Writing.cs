using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

public sealed partial class GraphFile
{
    const int FlushEvery = 1 << 20; // bytes

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the graph, compactly; the path holds the old bytes or all of the new ones.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, Write);

    /// <summary>Writes the graph, compactly; the same graph gives the same bytes.</summary>
    public void Write(Stream stream)
    {
        using Utf8JsonWriter json = new(stream, Plain);
        json.WriteStartObject();
        Member(json, "metadata", Metadata);
        Member(json, "qParams", Query);
        json.WriteStartArray("nodes");
        foreach (GraphFileNode node in Nodes)
        {
            WriteNode(json, node);
            FlushIfMuch(json);
        }
        json.WriteEndArray();
        json.WriteStartArray("links");
        for (int i = 0; i < Links.Count; i++)
        {
            WriteLink(json, i);
            FlushIfMuch(json);
        }
        json.WriteEndArray();
        Members(json, Others);
        json.WriteEndObject();
    }

    /// <summary>Writes a node with the fields that the format gives it.</summary>
    public static void WriteNode(Utf8JsonWriter json, GraphFileNode node)
    {
        json.WriteStartObject();
        json.WriteString("node_id", node.Id);
        if (node.Feature is { } feature)
            json.WriteNumber("feature", feature);
        else
            json.WriteNull("feature");
        if (node.Form.HasFlag(GraphNodeForm.LayerIsNumber))
            json.WriteNumber("layer", node.LayerNumber);
        else
            json.WriteString("layer", node.Layer);
        json.WriteNumber("ctx_idx", node.Position);
        json.WriteString("feature_type", node.FeatureType);
        if (node.Probability is { } probability)
            json.WriteNumber("token_prob", probability);
        if (node.IsTarget is { } isTarget)
            json.WriteBoolean("is_target_logit", isTarget);
        json.WriteString("jsNodeId", node.JsNodeId);
        json.WriteString("clerp", node.Label);
        if (!node.Form.HasFlag(GraphNodeForm.NoInfluence))
            Number(json, "influence", node.Influence);
        if (!node.Form.HasFlag(GraphNodeForm.NoActivation))
            Number(json, "activation", node.Activation);
        Members(json, node.Others);
        json.WriteEndObject();
    }

    void WriteLink(Utf8JsonWriter json, int place)
    {
        (int source, int target, double weight) = Links[place];
        json.WriteStartObject();
        json.WriteString("source", Nodes[source].Id);
        json.WriteString("target", Nodes[target].Id);
        json.WriteNumber("weight", weight);
        if (LinkOthers.TryGetValue(place, out JsonObject? others))
            Members(json, others);
        json.WriteEndObject();
    }

    static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    static void Members(Utf8JsonWriter json, JsonObject? members)
    {
        foreach ((string name, JsonNode? value) in members ?? [])
            Member(json, name, value);
    }

    static void Member(Utf8JsonWriter json, string name, JsonNode? value)
    {
        json.WritePropertyName(name);
        if (value is null)
            json.WriteNullValue();
        else
            value.WriteTo(json);
    }

    static void FlushIfMuch(Utf8JsonWriter json)
    {
        if (json.BytesPending >= FlushEvery)
            json.Flush();
    }
}
