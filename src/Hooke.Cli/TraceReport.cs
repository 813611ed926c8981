using System.Globalization;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary>What <c>hooke trace</c> prints of a traced prompt.</summary>
static class TraceReport
{
    const int NodesShown = 20;

    /// <summary>The tables.</summary>
    public static void Print(PromptTrace trace, LocalReplacement replacement)
    {
        Tokenizer tokenizer = replacement.Model.Tokenizer;
        Output.Table(["node", "on", "activation", "influence", "adds to the first target", "raises the logits of"],
            trace.TopNodes.Take(NodesShown).Select(node => (IReadOnlyList<string>)
            [
                TraceNodeName.Of(trace.Graph.Nodes[node]), TokenText.Of(tokenizer, replacement.Tokens[trace.Graph.Nodes[node].Position]),
                trace.Graph.Nodes[node].Kind == TraceNodeKind.Latent ? Number(trace.Graph.Nodes[node].Value) : "",
                Number(trace.Pruned.Influence[node]), Number(Weight(trace, node)), trace.LabelOf(trace.Graph.Nodes[node]) ?? "",
            ]));
        Output.Table(["target", "value", "latents", "tokens", "errors", "biases", "rest"], trace.Scores.Targets.Select(target =>
            (IReadOnlyList<string>)
            [
                Name(trace, target), Number(target.Value), Number(target.Direct.Latents), Number(target.Direct.Tokens),
                Number(target.Direct.Errors), Number(target.Direct.Biases), Number(target.Direct.Remainders),
            ]));
        Output.Text("What each target is the sum of, directly. Followed down to where it comes from:");
        Output.Table(["target", "tokens", "errors", "biases", "untraced", "rest"], trace.Scores.Targets.Select(target =>
            (IReadOnlyList<string>)
            [
                Name(trace, target), Share(target.Shares.Tokens), Share(target.Shares.Errors), Share(target.Shares.Biases),
                Share(target.Shares.Latents), Share(target.Shares.Remainders),
            ]));
        Output.Text($"replacement score {Number(trace.Scores.Replacement)}, graph completeness score "
            + $"{Number(trace.Scores.Completeness)}; transcoders miss "
            + $"{string.Join(", ", trace.UnexplainedShares.Select(share => Share(share)))} of what the MLPs write, layer by layer");
        Output.Text($"{replacement.Latents.Count:n0} active latents, {Traced(trace):n0} traced, {trace.Graph.EdgeCount:n0} edges "
            + $"(at most {trace.Memory.Edges:n0}, {Megabytes(trace.Memory.EdgeBytes)}, and {Megabytes(trace.Memory.WorkingBytes)} "
            + $"to compute them); kept are {trace.Pruned.NodeCount:n0} nodes and {trace.Pruned.EdgeCount:n0} edges");
    }

    /// <summary>The same as a document.</summary>
    public static object Json(PromptTrace trace, LocalReplacement replacement) => new
    {
        tokens = replacement.Tokens.Select(replacement.Model.Tokenizer.TokenText),
        activeLatents = replacement.Latents.Count,
        tracedLatents = Traced(trace),
        edges = trace.Graph.EdgeCount,
        memory = new { edges = trace.Memory.Edges, edgeBytes = trace.Memory.EdgeBytes, workingBytes = trace.Memory.WorkingBytes },
        kept = new { nodes = trace.Pruned.NodeCount, edges = trace.Pruned.EdgeCount },
        scores = new { replacement = Finite(trace.Scores.Replacement), completeness = Finite(trace.Scores.Completeness) },
        unexplained = trace.UnexplainedShares,
        targets = trace.Scores.Targets.Select(target => new
        {
            name = Name(trace, target),
            value = target.Value,
            weight = trace.Graph.Nodes[target.Node].Value,
            direct = Parts(target.Direct),
            shares = Parts(target.Shares),
        }),
        nodes = trace.TopNodes.Select(node => new
        {
            node = TraceNodeName.Of(trace.Graph.Nodes[node]),
            activation = trace.Graph.Nodes[node].Kind == TraceNodeKind.Latent ? trace.Graph.Nodes[node].Value : (float?)null,
            influence = trace.Pruned.Influence[node],
            label = trace.LabelOf(trace.Graph.Nodes[node]),
        }),
    };

    static object Parts(TraceParts parts) => new
    {
        latents = parts.Latents,
        tokens = parts.Tokens,
        errors = parts.Errors,
        biases = parts.Biases,
        remainders = parts.Remainders,
    };

    static int Traced(PromptTrace trace) => trace.Graph.Nodes.Count(node => node.Kind == TraceNodeKind.Latent);

    static string Name(PromptTrace trace, TargetShares target) => trace.Graph.Nodes[target.Node] is var node
        && node.Layer >= 0 && node.Index >= 0 ? $"'{node.Name}' (p={Number(node.Value)})" : node.Name!;

    static double Weight(PromptTrace trace, int source)
    {
        int target = trace.Scores.Targets[0].Node, at = trace.Graph.SourcesOf(target).IndexOf(source);
        return at < 0 ? 0 : trace.Graph.WeightsOf(target)[at];
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    static string Share(double share) => share.ToString("p0", CultureInfo.InvariantCulture);

    static string Megabytes(long bytes) => (bytes / 1e6).ToString("n1", CultureInfo.InvariantCulture) + " MB";

    static string Number(double value) => double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : "–";
}
