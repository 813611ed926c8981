using System.Text.Json.Nodes;

namespace Hooke.Circuits;

/// <summary>What a graph file says that the graph itself does not know.</summary>
public sealed record GraphFileAbout
{
    /// <summary>The graph's name, and its file's.</summary>
    public required string Slug { get; init; }

    /// <summary>The model or dictionary it was made with.</summary>
    public required string Scan { get; init; }

    /// <summary>The prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The text of each of the prompt's tokens.</summary>
    public required IReadOnlyList<string> TokenTexts { get; init; }

    /// <summary>How many layers the model has.</summary>
    public required int Layers { get; init; }

    /// <summary>How many tokens the model knows; targets that are no token are numbered from here on.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The text of a token, for logits.</summary>
    public required Func<int, string> TextOf { get; init; }

    /// <summary>The label of a latent, by layer and latent; none where it gives null.</summary>
    public Func<int, int, string?> LabelOf { get; init; } = (_, _) => null;

    /// <summary>Groups of nodes, by name; members are places among the nodes of the whole graph.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<int> Members)> Groups { get; init; } = [];

    /// <summary>How the graph was made: budget, probability mass and what else there is to say.</summary>
    public JsonObject GenerationSettings { get; init; } = [];

    /// <summary>The version of Hooke.</summary>
    public string Version { get; init; } = "";
}
