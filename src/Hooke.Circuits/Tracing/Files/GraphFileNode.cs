using System.Globalization;
using System.Text.Json.Nodes;

namespace Hooke.Circuits;

/// <summary>A node of a graph file, its fields as they stand there.</summary>
public sealed record GraphFileNode
{
    /// <summary>The id, which links name; opaque.</summary>
    public required string Id { get; init; }

    /// <summary>A latent's number, −1 for an error, a token's position or a logit's token; null in some files.</summary>
    public required long? Feature { get; init; }

    /// <summary>The layer; "E" for tokens, one or two above the last for logits.</summary>
    public required string Layer { get; init; }

    /// <summary>The position.</summary>
    public required int Position { get; init; }

    /// <summary>What it stands for, in the format's words: "cross layer transcoder", "embedding", …</summary>
    public required string FeatureType { get; init; }

    /// <summary>The id by which Anthropic's page knows the node.</summary>
    public required string JsNodeId { get; init; }

    /// <summary>The label, which the format calls clerp.</summary>
    public required string Label { get; init; }

    /// <summary>A logit's probability.</summary>
    public double? Probability { get; init; }

    /// <summary>Whether it is the most likely logit.</summary>
    public bool? IsTarget { get; init; }

    /// <summary>
    /// The share of all influence that this node and those above it have: small for what matters most.
    /// </summary>
    public double? Influence { get; init; }

    /// <summary>A latent's activation.</summary>
    public double? Activation { get; init; }

    /// <summary>Fields that are none of these.</summary>
    public JsonObject? Others { get; init; }

    internal GraphNodeForm Form { get; init; }

    /// <summary>The kind, from <see cref="FeatureType"/>.</summary>
    public TraceNodeKind Kind => FeatureType switch
    {
        "embedding" => TraceNodeKind.Token,
        "logit" => TraceNodeKind.Target,
        "bias" => TraceNodeKind.Bias,
        GraphFileNames.Remainder => TraceNodeKind.Remainder,
        _ => FeatureType.Contains("error", StringComparison.Ordinal) ? TraceNodeKind.Error : TraceNodeKind.Latent,
    };

    /// <summary>The layer as a number; −1 for "E".</summary>
    public int LayerNumber => Layer == "E" ? -1 : int.Parse(Layer, CultureInfo.InvariantCulture);
}

/// <summary>How a node was written, where the same can be said in two ways.</summary>
[Flags]
enum GraphNodeForm
{
    None = 0,
    NoInfluence = 1,
    NoActivation = 2,
    LayerIsNumber = 4,
}
