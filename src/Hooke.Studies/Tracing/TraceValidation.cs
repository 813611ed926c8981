using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What a graph is of, in words and by identities.</summary>
/// <param name="ModelFolder">The model's folder.</param>
/// <param name="Transcoders">The transcoders' folder.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="Seed">Of the controls' draw and the intervals.</param>
public sealed record ValidatedGraph(string ModelFolder, string Transcoders, string Prompt, ulong Seed);

/// <summary>An attribution graph tested by intervening on every source of its edges, as evidence for a claim.</summary>
public sealed record TraceValidation
{
    /// <summary>How far an edge may be from what the frozen model does, relatively.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>Every edge's effects, and controls'.</summary>
    public required GraphEffects Effects { get; init; }

    /// <summary>The edges that the frozen model does not bear out, the worst first.</summary>
    public required IReadOnlyList<(EdgeEffect Edge, double Difference)> Disagreeing { get; init; }

    /// <summary>Edges against effects where attention and norms react and MLPs do not.</summary>
    public required LiveAgreement Reacting { get; init; }

    /// <summary>Sums over all paths of the graph against effects where everything reacts.</summary>
    public required LiveAgreement Total { get; init; }

    /// <summary>The claim that the graph makes, with this as its evidence.</summary>
    public required Claim Claim { get; init; }

    /// <summary>The finding.</summary>
    public GraphAgreement Finding => Claim.Evidence.Graph!;

    /// <summary>Whether all edges are the frozen model's, and more keep their sign in the living one than chance would.</summary>
    public bool Holds => Finding.Disagreeing == 0 && Finding.Signs.Low > 0.5;

    /// <summary>Tests a graph.</summary>
    /// <param name="sites">The model and its transcoders.</param>
    /// <param name="graph">Kept nodes and edges.</param>
    /// <param name="groups">Groups of nodes by name; members are places among the graph's nodes.</param>
    /// <param name="about">What the graph is of.</param>
    /// <param name="progress">Told what share is done.</param>
    /// <exception cref="InputException">The graph is of another model or prompt, or has no edge that can be tried.</exception>
    public static TraceValidation Of(
        TranscoderSites sites, AttributionGraph graph, IReadOnlyList<(string Name, IReadOnlyList<int> Members)> groups,
        ValidatedGraph about, Action<double>? progress = null)
    {
        using GraphTrial trial = new(sites, graph, groups, about.Seed);
        GraphEffects effects = trial.Run(progress);
        EdgeEffect[] edges = [.. effects.Edges.Where(e => !effects.IsGroup(e.Source))];
        if (edges.Length == 0)
            throw new InputException("the graph has no edge from a latent, error or token to a latent or logit: nothing can "
                + "be tried");
        (EdgeEffect Edge, double Difference)[] differences = [.. effects.Differences()];
        LiveAgreement reacting = LiveAgreement.Of(edges, e => e.Predicted, e => e.Reacting, about.Seed);
        GraphAgreement finding = new(differences.Length, differences.Count(d => d.Difference > Tolerance),
            differences.Max(d => d.Difference), reacting.Signs,
            LiveAgreement.BeyondControls(effects.Effects.Where(e => !effects.IsGroup(e.Source)), e => e.Reacting, about.Seed));
        return new()
        {
            Effects = effects,
            Disagreeing = [.. differences.Where(d => d.Difference > Tolerance).OrderByDescending(d => d.Difference)],
            Reacting = reacting,
            Total = LiveAgreement.Of(edges, e => e.PredictedTotal, e => e.Total, about.Seed),
            Claim = new Claim(
                $"On the prompt \"{about.Prompt}\", {Words.Count(edges.Length, "edge")} from {Words.Count(
                    effects.Sources.Count - effects.Groups, "node")} carry what {NameOf(about.ModelFolder)} says next",
                new Findings { Graph = finding }, CoverageOf(sites, graph, about)),
        };
    }

    static Coverage CoverageOf(TranscoderSites sites, AttributionGraph graph, ValidatedGraph about)
    {
        TransformerConfig config = sites.Model.Config;
        return new()
        {
            ModelName = $"{NameOf(about.ModelFolder)} ({config.Family})",
            ModelVersion = $"weights SHA-256 {ModelIdentities.Weights(about.ModelFolder)[..16]}",
            ModelSize = $"{config.ParameterCount:N0} parameters, {config.NLayers} layers of {config.NHeads} heads, "
                + $"d_model {config.DModel}",
            Site = $"latents read at {sites.Read(0)} and written at {sites.Write(0)}, and so in every layer",
            Prompts = $"one prompt of {graph.Tokens.Count} tokens: \"{about.Prompt}\"",
            Method = "attribution through transcoders, attention patterns and norm scales frozen, pruned by influence",
            SparseCoder = $"{NameOf(about.Transcoders)}, {sites.Transcoders.Coders[0].Config.Role} of "
                + $"{sites.Transcoders.Coders[0].Config.NLatents} latents a layer",
            Graph = $"{graph.Nodes.Count} nodes, {graph.EdgeCount} edges with those from biases and remainders",
            Intervention = "what a node writes is taken away, at all places that it writes to",
            Metric = "pre-activations of latents, and logits less the mean of all logits (nats)",
            NotTested =
            [
                "Other prompts were not tried.",
                "Edges from biases and remainders were not tried: they are constants of the prompt.",
                "Why attention looks where it looks is no part of the graph.",
            ],
            KeepsBehaviour = "the model's own weights; what the transcoders miss is kept as error nodes, so nothing but the "
                + "intervention changes anything",
            Access = "whoever has the model's and the transcoders' folders: the command makes every number again",
            LookAgain = "when the SHA-256 of the weights, the transcoders or the prompt changes",
        };
    }

    static string NameOf(string folder) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } name ? name : "the model";
}
