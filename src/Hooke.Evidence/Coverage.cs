namespace Hooke.Evidence;

/// <summary>What a claim is about and what it leaves open; every part in words a stranger understands.</summary>
public sealed record Coverage
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The model's version, such as the start of its weights' SHA-256.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The model's size: parameters, layers, width.</summary>
    public required string ModelSize { get; init; }

    /// <summary>The activations that were looked at.</summary>
    public required string Site { get; init; }

    /// <summary>The prompts: how many, of what kind, made how.</summary>
    public required string Prompts { get; init; }

    /// <summary>How the circuit was found.</summary>
    public required string Method { get; init; }

    /// <summary>The sparse coder, or "none used".</summary>
    public required string SparseCoder { get; init; }

    /// <summary>The graph the circuit is part of: its nodes and edges.</summary>
    public required string Graph { get; init; }

    /// <summary>The intervention that tests rest on.</summary>
    public required string Intervention { get; init; }

    /// <summary>The metric and its unit.</summary>
    public required string Metric { get; init; }

    /// <summary>What was not tested, a sentence each.</summary>
    public required IReadOnlyList<string> NotTested { get; init; }

    /// <summary>How far the method keeps the model's own behaviour.</summary>
    public required string KeepsBehaviour { get; init; }

    /// <summary>Who may see the underlying evidence.</summary>
    public required string Access { get; init; }

    /// <summary>When to look again: a condition, such as "when the weights' SHA-256 changes".</summary>
    public required string LookAgain { get; init; }

    /// <summary>Every part by its name in words, in order.</summary>
    public IReadOnlyList<CoveragePart> Parts() =>
    [
        new("model name", [ModelName]),
        new("model version", [ModelVersion]),
        new("model size", [ModelSize]),
        new("site", [Site]),
        new("prompt distribution", [Prompts]),
        new("method", [Method]),
        new("sparse coder", [SparseCoder]),
        new("graph", [Graph]),
        new("intervention", [Intervention]),
        new("metric", [Metric]),
        new("not tested", NotTested),
        new("how far the method keeps the model's own behaviour", [KeepsBehaviour]),
        new("who may see the underlying evidence", [Access]),
        new("when to look again", [LookAgain]),
    ];

    /// <summary>The names of the parts that say nothing.</summary>
    public IReadOnlyList<string> Holes() => [.. Parts().Where(part => part.SaysNothing).Select(part => part.Name)];
}

/// <summary>One part of a coverage, a sentence each.</summary>
public sealed record CoveragePart(string Name, IReadOnlyList<string> Text)
{
    /// <summary>Whether it is a hole.</summary>
    public bool SaysNothing => Text.Count == 0 || Text.Any(string.IsNullOrWhiteSpace);
}
