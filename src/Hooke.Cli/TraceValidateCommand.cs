using System.CommandLine;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary><c>hooke trace validate</c>: every edge of a graph tried by intervening.</summary>
static class TraceValidateCommand
{
    const int Shown = 10;

    static readonly Argument<string> Prompt = TraceOptions.Prompt();

    static readonly Option<double> NodeThreshold = new("--node-threshold")
    {
        Description = "Of a prompt: the share of influence that the kept nodes have",
        DefaultValueFactory = _ => 0.8,
    };

    static readonly Option<double> EdgeThreshold = new("--edge-threshold")
    {
        Description = "Of a prompt: the share of what kept nodes pass on that the kept edges have",
        DefaultValueFactory = _ => 0.98,
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Of the controls' draw and the intervals",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("validate", """
            Try every edge of an attribution graph, and every group of nodes in it, by taking out what it comes from: in the
            frozen model, where the graph must be exact, and in the living one, where attention, norms and all else may react.

            The exit code is 0 where every edge is what the frozen model does, to 10⁻⁴ of it, and more edges keep their sign
            where attention and norms react than chance would; 1 where not.

            Examples:
              hooke trace validate "The capital of France is"
              hooke trace validate france/graph.json --json
            """)
        {
            Prompt, NodeThreshold, EdgeThreshold, Seed,
            TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string prompt = parsed.GetValue(Prompt)!;
        using TracedModel traced = TraceOptions.Open(parsed);
        (AttributionGraph graph, List<(string, IReadOnlyList<int>)> groups,
            string text) = TraceOptions.GraphFileOf(prompt) is { } file
            ? OfFile(traced, GraphFile.Read(file))
            : (OfPrompt(parsed, traced, prompt), [], prompt);
        ValidatedGraph about = new(parsed.FolderOf(TraceOptions.Folder), parsed.TranscodersOf(), text, parsed.GetValue(Seed));
        TraceValidation validation = TraceValidation.Of(traced.Sites, graph, groups, about);
        if (parsed.GetValue(Cli.Json))
            Print(validation, graph);
        else
            Print(traced, validation, graph.Tokens);
        return validation.Holds ? Cli.Done : Cli.No;
    }

    static AttributionGraph OfPrompt(ParseResult parsed, TracedModel traced, string prompt)
    {
        int[] tokens = traced.Model.Tokenizer.Encode(prompt);
        // As hooke trace does: a first token that is not of the text is left out.
        bool isMarked = !tokens.SequenceEqual(traced.Model.Tokenizer.Encode(prompt, addSpecialTokens: false));
        using LocalReplacement replacement = new(traced.Model, traced.Sites.Transcoders, tokens,
            traced.Settings with { ZeroedPositions = isMarked ? 1 : 0 });
        AttributionGraph whole = Tracer.Trace(replacement, new TraceRequest { Targets = TraceTarget.Likeliest(replacement) });
        return new PrunedGraph(whole, parsed.GetValue(NodeThreshold), parsed.GetValue(EdgeThreshold)).ToGraph();
    }

    static (AttributionGraph, List<(string, IReadOnlyList<int>)>, string) OfFile(TracedModel traced, GraphFile file)
    {
        Dictionary<string, int> places = [];
        for (int i = 0; i < file.Nodes.Count; i++)
            places.TryAdd(file.Nodes[i].Id, i);
        AttributionGraph read = file.ToGraph();
        AttributionGraph graph = new(traced.TokensOf(file), read.Nodes, [.. Enumerable.Range(0, read.Nodes.Count)
            .Select(Incoming)]);
        return (graph, [.. file.Supernodes.Select(group => (group.Name,
            (IReadOnlyList<int>)[.. group.Members.Where(places.ContainsKey).Select(id => places[id])]))], file.Prompt);

        IReadOnlyList<TraceEdge> Incoming(int target)
        {
            (int[] sources, float[] weights) = (read.SourcesOf(target).ToArray(), read.WeightsOf(target).ToArray());
            return [.. sources.Zip(weights, (source, weight) => new TraceEdge(source, weight))];
        }
    }

    static void Print(TracedModel traced, TraceValidation validation, IReadOnlyList<int> tokens)
    {
        GraphAgreement finding = validation.Finding;
        GraphEffects effects = validation.Effects;
        Output.Text($"{Words.Count(effects.Sources.Count - effects.Groups, "source")} and {Words.Count(effects.Groups, "group")} "
            + $"taken out, {Words.Count(finding.Edges, "edge")}");
        Output.Table(["model", "sign kept", "correlation", "effect / prediction"],
        [
            ["frozen", $"{finding.Edges - finding.Disagreeing} of {finding.Edges} edges within 0.01 %", "",
                $"off by at most {Words.Number(100 * finding.LargestDifference)} %"],
            ["attention and norms react", validation.Reacting.Signs.InPercent(), $"{validation.Reacting.Correlation}",
                $"{validation.Reacting.Ratio}"],
            ["everything reacts (over all paths)", validation.Total.Signs.InPercent(), $"{validation.Total.Correlation}",
                $"{validation.Total.Ratio}"],
        ]);
        Output.Text($"larger than a matched pair without an edge, where attention and norms react: "
            + finding.BeyondControls.InPercent());
        if (effects.Groups > 0)
            Output.Table(["group", "target", "predicted", "frozen", "attention and norms react", "everything reacts"],
                effects.Edges.Where(e => effects.IsGroup(e.Source) && e.Target.Kind == TraceNodeKind.Target).Select(e => Row(e)));
        if (validation.Disagreeing.Count > 0)
            Output.Table(["edge that is not the frozen model's", "to", "predicted", "frozen", "attention and norms react",
                "everything reacts"], validation.Disagreeing.Take(Shown).Select(d => Row(d.Edge)));
        Output.Text($"{validation.Claim.Verdict.Tier.Text()}: {finding.Sentence}");
        foreach (string lacking in validation.Claim.Verdict.KeepsFromNext)
            Output.Text($"  lacking: {lacking}");

        IReadOnlyList<string> Row(EdgeEffect e) => [effects.Sources[e.Source], traced.Describe(e.Target, tokens),
            Words.Number(e.Predicted), Words.Number(e.Frozen), Words.Number(e.Reacting), Words.Number(e.Total)];
    }

    static void Print(TraceValidation validation, AttributionGraph graph)
    {
        GraphAgreement finding = validation.Finding;
        GraphEffects effects = validation.Effects;
        Output.Json(new
        {
            holds = validation.Holds,
            sentence = validation.Claim.Sentence,
            tier = validation.Claim.Verdict.Tier.Text(),
            because = validation.Claim.Verdict.Because,
            keeps_from_next = validation.Claim.Verdict.KeepsFromNext,
            coverage = validation.Claim.Coverage.Parts().Select(part => new { part = part.Name, text = part.Text }),
            tokens = graph.Tokens,
            frozen = new
            {
                edges = finding.Edges,
                disagreeing = finding.Disagreeing,
                largest_difference = finding.LargestDifference,
                tolerance = TraceValidation.Tolerance,
            },
            reacting = Figures(validation.Reacting),
            total = Figures(validation.Total),
            beyond_controls = Figure(finding.BeyondControls),
            groups = effects.Groups,
            edges = effects.Effects.Select(e => new
            {
                source = effects.Sources[e.Source],
                target = TraceNodeName.Of(e.Target),
                is_group = effects.IsGroup(e.Source),
                is_control = e.IsControl,
                is_part = e.IsPart,
                predicted = e.Predicted,
                frozen = e.Frozen,
                reacting = e.Reacting,
                predicted_total = e.PredictedTotal,
                total = e.Total,
            }),
        });
    }

    static object Figures(LiveAgreement agreement) => new
    {
        signs = Figure(agreement.Signs),
        correlation = Figure(agreement.Correlation),
        ratio = Figure(agreement.Ratio),
    };

    static object Figure(Estimate estimate) =>
        new { value = estimate.Value, low = estimate.Low, high = estimate.High, n = estimate.N, method = estimate.Method };
}
