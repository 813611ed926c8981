using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>
/// The latent-level circuit on one prompt: what latents of the model's transcoders act on what, tested by intervening.
/// </summary>
public sealed record DossierLatents
{
    /// <summary>The prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The transcoders, in words.</summary>
    public required string Dictionary { get; init; }

    /// <summary>The transcoders' files, by SHA-256.</summary>
    public required string DictionaryIdentity { get; init; }

    /// <summary>The graph's file, by SHA-256.</summary>
    public required string GraphIdentity { get; init; }

    /// <summary>The replacement score of the whole graph; null where nothing reaches the targets.</summary>
    public required double? Replacement { get; init; }

    /// <summary>The graph completeness score of the whole graph; null where nothing reaches the targets.</summary>
    public required double? Completeness { get; init; }

    /// <summary>How many nodes the pruned graph has.</summary>
    public required int AllNodes { get; init; }

    /// <summary>How many links the pruned graph has.</summary>
    public required int AllLinks { get; init; }

    /// <summary>For each target what it rests on.</summary>
    public required IReadOnlyList<DossierTarget> Targets { get; init; }

    /// <summary>The nodes of most influence.</summary>
    public required IReadOnlyList<DossierLatentNode> Nodes { get; init; }

    /// <summary>The largest links between them.</summary>
    public required IReadOnlyList<DossierLatentLink> Links { get; init; }

    /// <summary>What became of the edges when their sources were taken out.</summary>
    public required GraphAgreement Agreement { get; init; }
}

/// <summary>What a target of an attribution graph rests on: shares of the whole graph that sum to 1.</summary>
public sealed record DossierTarget(
    string Name, double Value, double Tokens, double Latents, double Errors, double Biases, double Remainders);

/// <summary>A node of an attribution graph.</summary>
/// <param name="Id">The id in the graph's file.</param>
/// <param name="Kind">"token", "latent", "error" or "target".</param>
/// <param name="Layer">The layer; −1 for tokens, the number of layers for targets.</param>
/// <param name="Position">The position.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Influence">The share of all influence that it and those above it have; null for targets.</param>
public sealed record DossierLatentNode(string Id, string Kind, int Layer, int Position, string Label, double? Influence);

/// <summary>A link between nodes by their places, and what it adds.</summary>
public sealed record DossierLatentLink(int Source, int Target, double Weight);
