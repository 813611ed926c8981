using System.Text;
using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What a traced prompt's files say beside the graph.</summary>
public sealed record TraceStudyAbout
{
    /// <summary>The model or dictionary.</summary>
    public required string Scan { get; init; }

    /// <summary>The prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>The share of influence that kept nodes have.</summary>
    public double NodeThreshold { get; init; } = 0.8;

    /// <summary>The share of what kept nodes pass on that kept edges have.</summary>
    public double EdgeThreshold { get; init; } = 0.98;

    /// <summary>Groups of nodes, by name; members are places among the nodes of the whole graph.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<int> Members)> Groups { get; init; } = [];

    /// <summary>Where top examples are looked for; null for none.</summary>
    public World? World { get; init; }

    /// <summary>How many of its documents are read.</summary>
    public int Documents { get; init; } = 400;

    /// <summary>How the graph was made: budget, probability mass and what else there is to say.</summary>
    public JsonObject GenerationSettings { get; init; } = [];
}

/// <summary>A traced prompt as files: the graph, and what the page says of its latents.</summary>
/// <param name="File">The graph.</param>
/// <param name="Details">Top examples and logit effects by layer and latent.</param>
public sealed record TraceStudy(GraphFile File, IReadOnlyDictionary<(int Layer, long Latent), LatentDetails> Details)
{
    /// <summary>The graph's file name.</summary>
    public const string GraphName = "graph.json";

    /// <summary>The page's file name.</summary>
    public const string PageName = "index.html";

    const int TokensOfLatent = 8;
    const int TokensOfLabel = 3;

    /// <summary>Prunes a prompt's graph, and looks up what its latents do and where they are active.</summary>
    /// <param name="replacement">The prompt, with the transcoders in place.</param>
    /// <param name="graph">Its whole graph.</param>
    /// <param name="about">What the files say beside it.</param>
    public static TraceStudy Of(LocalReplacement replacement, AttributionGraph graph, TraceStudyAbout about)
    {
        PrunedGraph pruned = new(graph, about.NodeThreshold, about.EdgeThreshold);
        (int Layer, int Latent)[] latents = [.. Enumerable.Range(0, graph.Nodes.Count).Where(pruned.HasNode)
            .Select(i => graph.Nodes[i]).Where(node => node.Kind == TraceNodeKind.Latent)
            .Select(node => (node.Layer, node.Index)).Distinct()];
        Dictionary<(int, long), LatentDetails> details = DetailsOf(replacement, latents, about);
        Model model = replacement.Model;
        Func<int, string> textOf = TextOf(model);
        GraphFile file = GraphFile.Of(pruned, new GraphFileAbout
        {
            Slug = Slug(about.Prompt, about.Scan),
            Scan = about.Scan,
            Prompt = about.Prompt,
            TokenTexts = [.. graph.Tokens.Select(textOf)],
            Layers = model.Config.NLayers,
            VocabularySize = model.Config.DVocab,
            TextOf = textOf,
            LabelOf = (layer, latent) => details.TryGetValue((layer, latent), out LatentDetails? found) ? Label(found) : null,
            Groups = about.Groups,
            GenerationSettings = about.GenerationSettings,
            Version = typeof(TraceStudy).Assembly.GetName().Version?.ToString(3) ?? "",
        });
        return new TraceStudy(file, details);
    }

    /// <summary>A latent before somebody names it: the tokens at which it is most active, or that it raises.</summary>
    public string? LabelOf(int layer, int latent) =>
        Details.TryGetValue((layer, latent), out LatentDetails? details) ? Label(details) : null;

    /// <summary>Writes the graph and its page into a folder.</summary>
    /// <exception cref="InputException">The folder cannot be made or written.</exception>
    public void Write(string folder)
    {
        string page = TracePage.Render(File, Details);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot make the folder {folder}: {fault.Message}", fault);
        }
        File.Write(Path.Combine(folder, GraphName));
        AtomicFile.Write(Path.Combine(folder, PageName), stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    /// <summary>A name from the prompt's words that can be a file's, the same for the same prompt and model.</summary>
    public static string Slug(string prompt, string scan)
    {
        StringBuilder words = new();
        foreach (char c in prompt.ToLowerInvariant())
            if (char.IsAsciiLetterOrDigit(c))
                words.Append(c);
            else if (words.Length > 0 && words[^1] != '-')
                words.Append('-');
        string slug = words.ToString().Trim('-');
        string tail = Evidence.Identity.OfText($"{scan}\n{prompt}")[..8];
        return slug.Length == 0 ? tail : $"{(slug.Length > 60 ? slug[..60].Trim('-') : slug)}-{tail}";
    }

    static Dictionary<(int, long), LatentDetails> DetailsOf(
        LocalReplacement replacement, (int Layer, int Latent)[] latents, TraceStudyAbout about)
    {
        IReadOnlyList<LatentEffects> effects = LatentLogits.Of(replacement, latents, TokensOfLatent);
        IReadOnlyDictionary<(int, int), IReadOnlyList<LatentExample>> examples = about.World is null
            ? new Dictionary<(int, int), IReadOnlyList<LatentExample>>()
            : LatentHarvest.Of(replacement.Sites, about.World, latents, about.Documents);
        Func<int, string> textOf = TextOf(replacement.Model);
        Dictionary<(int, long), LatentDetails> details = [];
        for (int i = 0; i < latents.Length; i++)
            details[(latents[i].Layer, latents[i].Latent)] = new LatentDetails(
                examples.GetValueOrDefault(latents[i], []),
                [.. effects[i].Promotes.Select(at => new TokenEffect(textOf(at.Token), at.Effect))],
                [.. effects[i].Suppresses.Select(at => new TokenEffect(textOf(at.Token), at.Effect))]);
        return details;
    }

    static Func<int, string> TextOf(Model model) =>
        model.HasTokenizer ? model.Tokenizer.TokenText : token => $"token {token}";

    // Before somebody names a latent: the tokens at which it is most active, and those that it raises most.
    static string Label(LatentDetails details)
    {
        string[] on = [.. details.Examples.Select(example => example.Tokens[MostActive(example)].Trim())
            .Where(text => text.Length > 0).Distinct().Take(TokensOfLabel)];
        string[] says = [.. details.Promotes.Take(TokensOfLabel).Select(at => at.Token.Trim())];
        return string.Join(" · ", new[] { Listed("on", on), Listed("says", says) }.Where(part => part.Length > 0));
    }

    static string Listed(string word, string[] tokens) => tokens.Length > 0 ? $"{word} {string.Join(", ", tokens)}" : "";

    static int MostActive(LatentExample example)
    {
        int best = 0;
        for (int i = 1; i < example.Activations.Count; i++)
            if (example.Activations[i] > example.Activations[best])
                best = i;
        return best;
    }
}
