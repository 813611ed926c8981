using System.Globalization;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary>What <c>hooke trace</c> prints of a traced prompt.</summary>
sealed class TraceReport(LocalReplacement replacement, TraceStudy study, TraceMemory memory, PrunedGraph pruned)
{
    const int NodesShown = 20;

    readonly AttributionGraph _graph = pruned.Graph;
    readonly GraphScores _scores = GraphScores.Of(pruned.Graph);
    readonly Tokenizer _tokenizer = replacement.Model.Tokenizer;

    // Those that are no targets, of most influence first.
    IEnumerable<int> TopNodes => Enumerable.Range(0, _graph.Nodes.Count)
        .Where(node => pruned.HasNode(node) && _graph.Nodes[node].Kind != TraceNodeKind.Target)
        .OrderByDescending(node => pruned.Influence[node]).ThenBy(node => node);

    int Traced => _graph.Nodes.Count(node => node.Kind == TraceNodeKind.Latent);

    /// <summary>Prints the tables.</summary>
    public void Print()
    {
        Output.Table(["node", "on", "activation", "influence", "adds to the first target", "label"],
            TopNodes.Take(NodesShown).Select(node => (IReadOnlyList<string>)
            [
                TraceNodeName.Of(_graph.Nodes[node]), TokenText.Of(_tokenizer, replacement.Tokens[_graph.Nodes[node].Position]),
                Activation(node) is { } activation ? Number(activation) : "", Number(pruned.Influence[node]),
                Number(Weight(node)), Label(node) ?? "",
            ]));
        Output.Text("What each target is the sum of, directly:");
        Output.Table(["target", "value", "latents", "tokens", "errors", "biases", "rest"], _scores.Targets.Select(target =>
            (IReadOnlyList<string>)
            [
                Name(target), Number(target.Value), Number(target.Direct.Latents), Number(target.Direct.Tokens),
                Number(target.Direct.Errors), Number(target.Direct.Biases), Number(target.Direct.Remainders),
            ]));
        Output.Text("Followed down through latents to where it comes from:");
        Output.Table(["target", "tokens", "errors", "biases", "rest"], _scores.Targets.Select(target => (IReadOnlyList<string>)
        [
            Name(target), Share(target.Shares.Tokens), Share(target.Shares.Errors), Share(target.Shares.Biases),
            Share(target.Shares.Latents + target.Shares.Remainders),
        ]));
        Output.Text($"replacement score {Number(_scores.Replacement)}, graph completeness score {Number(_scores.Completeness)}; "
            + $"the transcoders miss {string.Join(", ", replacement.UnexplainedShares.Select(Share))} of what MLPs write");
        Output.Text($"{replacement.Latents.Count:n0} active latents, {Traced:n0} traced; {_graph.EdgeCount:n0} edges of at most "
            + $"{memory.Edges:n0}, within {Megabytes(memory.Bytes)}; kept are {pruned.NodeCount:n0} nodes and "
            + $"{pruned.EdgeCount:n0} edges");
    }

    /// <summary>The same as a document.</summary>
    public object ToJson() => new
    {
        tokens = replacement.Tokens.Select(_tokenizer.TokenText),
        activeLatents = replacement.Latents.Count,
        tracedLatents = Traced,
        edges = _graph.EdgeCount,
        memory = new { edges = memory.Edges, bytes = memory.Bytes },
        kept = new { nodes = pruned.NodeCount, edges = pruned.EdgeCount },
        scores = new { replacement = Finite(_scores.Replacement), completeness = Finite(_scores.Completeness) },
        unexplained = replacement.UnexplainedShares,
        targets = _scores.Targets.Select(target => new
        {
            name = _graph.Nodes[target.Node].Name,
            value = target.Value,
            weight = _graph.Nodes[target.Node].Value,
            direct = target.Direct,
            shares = target.Shares,
        }),
        nodes = TopNodes.Select(node => new
        {
            node = TraceNodeName.Of(_graph.Nodes[node]),
            activation = Activation(node),
            influence = pruned.Influence[node],
            label = Label(node),
        }),
    };

    float? Activation(int node) => _graph.Nodes[node].Kind == TraceNodeKind.Latent ? _graph.Nodes[node].Value : null;

    string? Label(int node) => _graph.Nodes[node] is { Kind: TraceNodeKind.Latent } latent
        ? study.LabelOf(latent.Layer, latent.Index) : null;

    string Name(TargetShares target) => _graph.Nodes[target.Node] is { Index: >= 0 } token
        ? $"{TokenText.Of(_tokenizer, token.Index)} (p={Number(token.Value)})" : _graph.Nodes[target.Node].Name!;

    double Weight(int source)
    {
        int target = _scores.Targets[0].Node, at = _graph.SourcesOf(target).IndexOf(source);
        return at < 0 ? 0 : _graph.WeightsOf(target)[at];
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    static string Share(double share) => share.ToString("p0", CultureInfo.InvariantCulture);

    static string Megabytes(long bytes) => (bytes / 1e6).ToString("n1", CultureInfo.InvariantCulture) + " MB";

    static string Number(double value) => double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : "–";
}
