namespace Hooke.Studies;

/// <summary>What was asked.</summary>
public sealed record DossierRequest
{
    /// <summary>The command line that runs it again.</summary>
    public required string Command { get; init; }

    /// <summary>The model's folder as it was given; no part of the request's identity.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>The behaviour's name, or null where a prompt pair was given.</summary>
    public string? Behaviour { get; init; }

    /// <summary>The user's own prompt pair, or null where a behaviour was named.</summary>
    public AskedPair? Pair { get; init; }

    /// <summary>The seed of every random choice.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Every other option with its value, by name in ordinal order.</summary>
    public IReadOnlyList<RequestOption> Options { get; init; } = [];
}

/// <summary>A prompt, its counterfactual, and the two next tokens whose logits are compared.</summary>
public sealed record AskedPair(string Prompt, string Counterfactual, string Answer, string Foil);

/// <summary>An option and its value.</summary>
public sealed record RequestOption(string Name, string Value);

/// <summary>What a result rests on: SHA-256 in lower-case hexadecimal, and Hooke's version.</summary>
public sealed record DossierIdentities
{
    /// <summary>The model's weights.</summary>
    public required string Weights { get; init; }

    /// <summary>The model's config.json.</summary>
    public required string Config { get; init; }

    /// <summary>The tokenizer's file.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>All prompts, as canonical JSON.</summary>
    public required string Prompts { get; init; }

    /// <summary>Hooke's version; no part of the result's identity.</summary>
    public required string Hooke { get; init; }
}

/// <summary>A prompt pair of the behaviour, with the tokens the model finds most likely next.</summary>
/// <param name="Prompt">The clean prompt.</param>
/// <param name="Counterfactual">Its counterfactual.</param>
/// <param name="Answer">The right next token; several are joined by " / ".</param>
/// <param name="Foil">The tokens it is compared with: what is right after the counterfactual.</param>
/// <param name="Metric">The metric on the clean prompt.</param>
/// <param name="CounterfactualMetric">The metric on the counterfactual prompt.</param>
/// <param name="Top">The most likely next tokens of the clean prompt, best first.</param>
public sealed record DossierExample(
    string Prompt, string Counterfactual, string Answer, string Foil, double Metric, double CounterfactualMetric,
    IReadOnlyList<NextToken> Top)
{
    /// <summary>The right next tokens, one by one.</summary>
    public IReadOnlyList<string> Answers() => Answer.Split(" / ");

    /// <summary>The tokens they are compared with, one by one.</summary>
    public IReadOnlyList<string> Foils() => Foil.Split(" / ");
}

/// <summary>A next token and its probability.</summary>
public sealed record NextToken(string Token, double Probability);
