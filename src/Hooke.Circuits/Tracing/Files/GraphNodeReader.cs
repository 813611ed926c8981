using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Reads nodes one after the other and holds each against the format.</summary>
sealed class GraphNodeReader(string path)
{
    const int MostLayers = 10_000;
    const int MostPositions = 10_000_000;

    readonly Dictionary<string, string> _texts = []; // kinds, layers and labels that many nodes share are kept once

    public GraphFileNode Read(ref JsonStream json, int place)
    {
        if (json.Type != JsonTokenType.StartObject)
            throw Fault(place, null, "is not an object");
        Fields fields = new();
        while (json.Member() is { } name)
            Take(ref json, ref fields, name, place);
        return Checked(fields, place);
    }

    void Take(ref JsonStream json, ref Fields fields, string name, int place)
    {
        switch (name)
        {
            case "node_id": fields.Id = Text(ref json, place, name); break;
            case "feature": (fields.HasFeature, fields.Feature) = (true, Whole(ref json, place, fields.Id, name)); break;
            case "layer": (fields.Layer, fields.LayerIsNumber) = Layer(ref json, place, fields.Id); break;
            case "ctx_idx": fields.Position = Whole(ref json, place, fields.Id, name); break;
            case "feature_type": fields.Type = Shared(Text(ref json, place, name)); break;
            case "jsNodeId": fields.JsId = Text(ref json, place, name); break;
            case "clerp": fields.Label = Shared(Text(ref json, place, name)); break;
            case "token_prob" when json.Type != JsonTokenType.Null:
                fields.Probability = Number(ref json, place, fields.Id, name);
                break;
            case "influence": (fields.HasInfluence, fields.Influence) = (true, Number(ref json, place, fields.Id, name)); break;
            case "activation":
                (fields.HasActivation, fields.Activation) = (true, Number(ref json, place, fields.Id, name));
                break;
            case "is_target_logit" when json.Type is JsonTokenType.True or JsonTokenType.False:
                fields.IsTarget = json.Type == JsonTokenType.True;
                break;
            default:
                fields.Others ??= [];
                if (!fields.Others.TryAdd(name, json.Value()))
                    throw Fault(place, fields.Id, $"has '{name}' twice");
                break;
        }
    }

    GraphFileNode Checked(in Fields fields, int place)
    {
        string? missing = fields.Id is null ? "node_id" : !fields.HasFeature ? "feature" : fields.Layer is null ? "layer"
            : fields.Position is null ? "ctx_idx" : fields.Type is null ? "feature_type" : fields.JsId is null ? "jsNodeId"
            : fields.Label is null ? "clerp" : null;
        if (missing is not null)
            throw Fault(place, fields.Id, $"has no '{missing}'");
        if (fields.Position is < 0 or > MostPositions)
            throw Fault(place, fields.Id, $"is at position {fields.Position}, which no prompt has");
        return new GraphFileNode
        {
            Id = fields.Id!,
            Feature = fields.Feature,
            Layer = fields.Layer!,
            Position = (int)fields.Position!.Value,
            FeatureType = fields.Type!,
            JsNodeId = fields.JsId!,
            Label = fields.Label!,
            Probability = fields.Probability,
            IsTarget = fields.IsTarget,
            Influence = fields.Influence,
            Activation = fields.Activation,
            Others = fields.Others,
            Form = (fields.HasInfluence ? 0 : GraphNodeForm.NoInfluence) | (fields.HasActivation ? 0 : GraphNodeForm.NoActivation)
                | (fields.LayerIsNumber ? GraphNodeForm.LayerIsNumber : 0),
        };
    }

    (string Layer, bool IsNumber) Layer(ref JsonStream json, int place, string? id)
    {
        bool isNumber = json.Type == JsonTokenType.Number;
        string text = isNumber ? System.Text.Encoding.UTF8.GetString(json.Token.ValueSpan) : Text(ref json, place, "layer");
        bool isLayer = text == "E"
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) && layer <= MostLayers);
        return isLayer ? (Shared(text), isNumber)
            : throw Fault(place, id, $"has layer '{text}', which is neither E nor a whole number");
    }

    long? Whole(ref JsonStream json, int place, string? id, string name)
    {
        if (json.Type == JsonTokenType.Null && name == "feature")
            return null;
        return json.Type == JsonTokenType.Number && json.Token.TryGetInt64(out long whole)
            ? whole : throw Fault(place, id, $"has a '{name}' that is not a whole number");
    }

    double? Number(ref JsonStream json, int place, string? id, string name)
    {
        if (json.Type == JsonTokenType.Null)
            return null;
        return json.Type == JsonTokenType.Number && json.Token.TryGetDouble(out double number) && double.IsFinite(number)
            ? number : throw Fault(place, id, $"has a '{name}' that is not a finite number");
    }

    string Text(ref JsonStream json, int place, string name) => json.Type == JsonTokenType.String
        ? json.Token.GetString()! : throw Fault(place, null, $"has a '{name}' that is not a text");

    string Shared(string text)
    {
        if (_texts.TryGetValue(text, out string? kept))
            return kept;
        if (_texts.Count < 100_000)
            _texts[text] = text;
        return text;
    }

    InputException Fault(int place, string? id, string what) =>
        new($"{path} is not a graph's JSON: its node {place}{(id is null ? "" : $" ('{id}')")} {what}");

    struct Fields
    {
        public string? Id, Layer, Type, JsId, Label;
        public bool HasFeature, HasInfluence, HasActivation, LayerIsNumber;
        public long? Feature, Position;
        public double? Probability, Influence, Activation;
        public bool? IsTarget;
        public JsonObject? Others;
    }
}
