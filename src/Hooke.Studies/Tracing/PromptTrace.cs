using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A traced prompt: its graph, what is left of it after pruning, and what there is to say of its latents.</summary>
/// <param name="Graph">The whole graph.</param>
/// <param name="Pruned">The graph pruned.</param>
/// <param name="Scores">How much of the targets the whole graph explains.</param>
/// <param name="Memory">What tracing was to keep and need at most.</param>
/// <param name="UnexplainedShares">How much of what MLPs write the transcoders miss, layer by layer.</param>
/// <param name="Details">What is known of the kept latents, by layer and latent.</param>
public sealed record PromptTrace(
    AttributionGraph Graph, PrunedGraph Pruned, GraphScores Scores, TraceMemory Memory, IReadOnlyList<double> UnexplainedShares,
    IReadOnlyDictionary<(int Layer, long Latent), LatentDetails> Details)
{
    const int TokensShown = 5, TokensInLabel = 3;

    /// <summary>Traces a prompt and prunes its graph.</summary>
    /// <param name="replacement">The prompt.</param>
    /// <param name="request">What to trace.</param>
    /// <param name="nodeThreshold">The share of influence that nodes are kept for.</param>
    /// <param name="edgeThreshold">The share of what they pass on that edges are kept for.</param>
    /// <exception cref="InputException">The request cannot be met, or a threshold is no share.</exception>
    public static PromptTrace Of(LocalReplacement replacement, TraceRequest request, double nodeThreshold, double edgeThreshold)
    {
        TraceMemory memory = Tracer.Memory(replacement, request);
        AttributionGraph graph = Tracer.Trace(replacement, request);
        PrunedGraph pruned = new(graph, nodeThreshold, edgeThreshold);
        return new(graph, pruned, GraphScores.Of(graph), memory, replacement.UnexplainedShares, DetailsOf(replacement, pruned));
    }

    /// <summary>The kept nodes other than targets, those of most influence first.</summary>
    public IEnumerable<int> TopNodes => Enumerable.Range(0, Graph.Nodes.Count)
        .Where(node => Pruned.HasNode(node) && Graph.Nodes[node].Kind != TraceNodeKind.Target)
        .OrderByDescending(node => Pruned.Influence[node]).ThenBy(node => node);

    /// <summary>A latent's label: the tokens whose logits it raises most; null for what is no latent.</summary>
    public string? LabelOf(TraceNode node) => node.Kind == TraceNodeKind.Latent ? LabelOf(node.Layer, node.Index) : null;

    /// <summary>The graph's file, as circuit-tracer's and Neuronpedia's viewers read it.</summary>
    /// <param name="replacement">The prompt.</param>
    /// <param name="slug">The graph's name.</param>
    /// <param name="scan">What it was made with.</param>
    /// <param name="prompt">The prompt's text.</param>
    /// <param name="settings">How it was made.</param>
    public GraphFile ToFile(LocalReplacement replacement, string slug, string scan, string prompt, JsonObject settings)
    {
        Tokenizer tokenizer = replacement.Model.Tokenizer;
        return GraphFile.Of(Pruned, new()
        {
            Slug = slug,
            Scan = scan,
            Prompt = prompt,
            TokenTexts = [.. replacement.Tokens.Select(tokenizer.TokenText)],
            TextOf = tokenizer.TokenText,
            Layers = replacement.Model.Config.NLayers,
            VocabularySize = replacement.Model.Config.DVocab,
            LabelOf = LabelOf,
            GenerationSettings = settings,
        });
    }

    string? LabelOf(int layer, int latent) => Details.TryGetValue((layer, latent), out LatentDetails? details)
        ? string.Join(" ", details.Promotes.Take(TokensInLabel).Select(effect => effect.Token.Trim()))
        : null;

    static Dictionary<(int, long), LatentDetails> DetailsOf(LocalReplacement replacement, PrunedGraph pruned)
    {
        (int Layer, int Index)[] latents = [.. pruned.Graph.Nodes.Index()
            .Where(node => node.Item.Kind == TraceNodeKind.Latent && pruned.HasNode(node.Index))
            .Select(node => (node.Item.Layer, node.Item.Index)).Distinct().Order()];
        if (latents.Length == 0 || !replacement.Model.HasTokenizer)
            return [];
        using Tensor effects = LogitEffects.Of(replacement, latents);
        Dictionary<(int, long), LatentDetails> details = [];
        for (int i = 0; i < latents.Length; i++)
        {
            float[] row = effects.Data.Slice(i * effects.Shape[1], effects.Shape[1]).ToArray();
            int[] order = [.. Enumerable.Range(0, row.Length).OrderByDescending(token => row[token]).ThenBy(token => token)];
            details[latents[i]] = new([], [.. order.Take(TokensShown).Select(Effect)],
                [.. order.Reverse().Take(TokensShown).Select(Effect)]);

            TokenEffect Effect(int token) => new(replacement.Model.Tokenizer.TokenText(token), row[token]);
        }
        return details;
    }
}
