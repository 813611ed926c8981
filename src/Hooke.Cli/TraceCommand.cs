using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke trace</c>: what on one prompt acts on what, as a graph.</summary>
static class TraceCommand
{
    static readonly Argument<string> Prompt = new("prompt") { Description = "The prompt" };

    static readonly Option<string> Out = new("--out") { Description = "A folder to write graph.json and index.html into" };

    static readonly Option<string[]> Target = new("--target")
    {
        Description = "What to explain: a next token, or a latent as 3.117@5 (layer, latent, position); may be given several "
            + "times (default: the likeliest next tokens)",
    };

    static readonly Option<string> Against = new("--against")
    {
        Description = "Explain the logit of the one --target less this token's",
    };

    static readonly Option<double> Mass = Number("--mass", "The probability that the likeliest tokens have together", 0.95);

    static readonly Option<double> Nodes = Number("--node-threshold", "The share of influence that the kept nodes have", 0.8);

    static readonly Option<double> Edges = Number("--edge-threshold", "The share of what they pass on that edges have", 0.98);

    static readonly Option<int> MaxLatents = Whole("--max-latents", "How many latents are traced, those of most influence", 7500);

    static readonly Option<int> MaxEdges = Whole("--max-edges", "How many edges a node keeps; the others are summed", 4096);

    static readonly Option<int> Zeroed = new("--zeroed")
    {
        Description = "How many positions at the start have no latents or errors (default: 1 where the first token is a special "
            + "one, 0 elsewhere)",
    };

    /// <summary>The command with its parts.</summary>
    public static Command Create()
    {
        Command command = new("trace", """
            Trace a prompt through transcoders: how much each token, latent, error and bias adds to each latent and to the next
            token, directly, with attention patterns and norm scales held at the prompt's values. Prints what matters most and
            what is not explained; with --out, writes the graph, with proposed groups of similar latents, and a page of it.

            Example:
              hooke trace "The capital of the country with the Mimor tomb is" --out mimor
            """)
        {
            Prompt, TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes, Out, Target, Against,
            Mass, Nodes, Edges, MaxLatents, MaxEdges, Zeroed,
            TraceShowCommand.Create(),
            TraceValidateCommand.Create(),
            TraceHeadsCommand.Create(),
            TraceAttentionCommand.Create(),
            TraceInterveneCommand.Create(),
            TraceCheckCommand.Create(),
            TraceGroupsCommand.Create(),
            TraceAggregateCommand.Create(),
            TraceCompareCommand.Create(),
            TraceTwoStepCommand.Create(),
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using TracedModel traced = TraceOptions.Open(parsed);
        string prompt = parsed.GetValue(Prompt)!;
        int[] tokens = traced.Model.Tokenizer.Encode(prompt);
        int zeroed = parsed.GetResult(Zeroed) is not null ? parsed.GetValue(Zeroed)
            : IsMarked(traced.Model.Tokenizer, prompt, tokens) ? 1 : 0;
        using LocalReplacement replacement = new(
            traced.Model, traced.Set, tokens, traced.Settings with { ZeroedPositions = zeroed });
        if (replacement.UnexplainedShares.All(share => share >= 1))
            throw new InputException("these transcoders explain nothing of what this model's MLPs write (they miss "
                + $"{replacement.UnexplainedShares.Min():0.0} of 1 at best): they belong to another model");
        TraceRequest request = new()
        {
            Targets = Targets(parsed, replacement),
            MaxLatents = Cli.Count(parsed, MaxLatents, int.MaxValue),
            MaxEdgesPerNode = Cli.Count(parsed, MaxEdges, int.MaxValue),
        };
        AttributionGraph graph = Tracer.Trace(replacement, request);
        TraceStudy study = TraceStudy.Of(replacement, graph, About(parsed, prompt));
        if (parsed.GetValue(Out) is { } folder)
            WithGroups(study, traced.Set).Write(folder);
        TraceReport report = new(replacement, study, Tracer.Memory(replacement, request),
            new PrunedGraph(graph, parsed.GetValue(Nodes), parsed.GetValue(Edges)));
        if (parsed.GetValue(Cli.Json))
            Output.Json(report.ToJson());
        else
            report.Print();
        return Cli.Done;
    }

    static TraceStudy WithGroups(TraceStudy study, CoderSet set) => study with
    {
        File = study.File.With(study.File.PinnedIds, TraceGroupsCommand.Proposed(study.File, set, new GroupingSettings())),
    };

    static TraceStudyAbout About(ParseResult parsed, string prompt)
    {
        string model = parsed.FolderOf(TraceOptions.Folder);
        // Passages are read for the page alone.
        bool hasWorld = parsed.GetValue(Out) is not null && File.Exists(Path.Combine(model, "world.json"));
        return new()
        {
            Scan = $"{Name(model)}/{Name(parsed.TranscodersOf())}",
            Prompt = prompt,
            NodeThreshold = parsed.GetValue(Nodes),
            EdgeThreshold = parsed.GetValue(Edges),
            World = hasWorld ? TinyworldFolder.LoadWorld(model) : null,
            GenerationSettings = new JsonObject
            {
                ["max_feature_nodes"] = parsed.GetValue(MaxLatents),
                ["max_edges_per_node"] = parsed.GetValue(MaxEdges),
                ["desired_logit_prob"] = parsed.GetValue(Mass),
            },
        };
    }

    static IReadOnlyList<TraceTarget> Targets(ParseResult parsed, LocalReplacement replacement)
    {
        string[] given = parsed.GetValue(Target) ?? [];
        Tokenizer tokenizer = replacement.Model.Tokenizer;
        if (parsed.GetValue(Against) is { } other)
            return given is [var only] && !IsLatent(only)
                ? [TraceTarget.Difference(replacement, TokenText.One(tokenizer, Target.Name, only),
                    TokenText.One(tokenizer, Against.Name, other))]
                : throw new InputException(
                    $"{Against.Name} takes a token's logit from that of one {Target.Name}: give one token");
        return given.Length == 0
            ? TraceTarget.Likeliest(replacement, parsed.GetValue(Mass))
            : [.. given.Select(text => IsLatent(text) && TraceNodeName.Parse(text) is { } latent
                ? TraceTarget.Latent(latent.Layer, latent.Position, latent.Index)
                : TraceTarget.Token(replacement, TokenText.One(tokenizer, Target.Name, text)))];
    }

    static bool IsLatent(string text) => text.Contains('@', StringComparison.Ordinal) && char.IsAsciiDigit(text[0]);

    // A first token that is not of the text.
    static bool IsMarked(Tokenizer tokenizer, string prompt, int[] tokens) =>
        !tokens.SequenceEqual(tokenizer.Encode(prompt, addSpecialTokens: false));

    static string Name(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    static Option<double> Number(string name, string description, double usual) => new(name)
    {
        Description = description + string.Create(CultureInfo.InvariantCulture, $" (default: {usual})"),
        DefaultValueFactory = _ => usual,
    };

    static Option<int> Whole(string name, string description, int usual) => new(name)
    {
        Description = description + string.Create(CultureInfo.InvariantCulture, $" (default: {usual})"),
        DefaultValueFactory = _ => usual,
    };
}
