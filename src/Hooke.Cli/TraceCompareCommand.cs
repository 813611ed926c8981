using System.CommandLine;
using System.Globalization;
using Hooke.Circuits;

namespace Hooke.Cli;

/// <summary><c>hooke trace compare</c>: what two graphs differ in.</summary>
static class TraceCompareCommand
{
    static readonly Argument<string> First = new("first") { Description = "A prompt, or a graph's JSON file or folder" };
    static readonly Argument<string> Second = new("second") { Description = "Another, such as the counterfactual prompt" };
    static readonly Option<int> Top = new("--top")
    {
        Description = "How many lines a table shows",
        DefaultValueFactory = _ => 20,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("compare", """
            Compare the attribution graphs of two prompts, such as clean and counterfactual: nodes that only one has, and the
            edges that differ most. Prompts of one length are compared place by place, others by the words that they share.

            Example:
              hooke trace compare "The Fekin dome is in" "The Vunu dome is in"
            """)
        {
            First, Second, TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes, Top,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 1_000_000);
        (string first, string second) = (parsed.GetValue(First)!, parsed.GetValue(Second)!);
        bool areFiles = TraceOptions.GraphFileOf(first) is not null && TraceOptions.GraphFileOf(second) is not null;
        using TracedModel? traced = areFiles ? null : TraceOptions.Open(parsed);
        (AttributionGraph Graph, IReadOnlyList<string> Texts) one = Graph(traced, first), other = Graph(traced, second);
        IReadOnlyList<IReadOnlyList<string>> roles = one.Texts.Count == other.Texts.Count
            ? [PositionRoles.Places(one.Texts.Count), PositionRoles.Places(one.Texts.Count)]
            : PositionRoles.Of([one.Texts, other.Texts]);
        GraphDifference difference = GraphDifference.Of(new(one.Graph, roles[0]), new(other.Graph, roles[1]));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                first = one.Texts,
                second = other.Texts,
                overlap = difference.Overlap,
                only_first = difference.OnlyFirst,
                only_second = difference.OnlySecond,
                both = difference.Both,
                edges = difference.Edges,
            });
        else
            Print(difference, top);
        return Cli.Done;
    }

    static (AttributionGraph Graph, IReadOnlyList<string> Texts) Graph(TracedModel? traced, string argument)
    {
        if (TraceOptions.GraphFileOf(argument) is { } path)
        {
            GraphFile file = GraphFile.Read(path);
            return (file.ToGraph(), file.PromptTokens);
        }
        int[] tokens = traced!.Model.Tokenizer.Encode(argument);
        using LocalReplacement replacement = new(traced.Model, traced.Sites.Transcoders, tokens, traced.Settings);
        AttributionGraph graph = Tracer.Trace(replacement, new TraceRequest { Targets = TraceTarget.Likeliest(replacement) });
        return (new PrunedGraph(graph).ToGraph(), [.. tokens.Select(traced.Model.Tokenizer.TokenText)]);
    }

    static void Print(GraphDifference difference, int top)
    {
        Output.Table(["edge", "first", "second", "difference"], difference.Edges.Take(top).Select(edge => (IReadOnlyList<string>)
        [
            $"{Name(edge.Edge.Source)} → {Name(edge.Edge.Target)}", Number(edge.First), Number(edge.Second),
            Number(edge.First - edge.Second),
        ]));
        Output.Table(["latents", "count", "the strongest"],
        [
            ["of the first alone", $"{Latents(difference.OnlyFirst).Count()}", Strongest(difference.OnlyFirst)],
            ["of the second alone", $"{Latents(difference.OnlySecond).Count()}", Strongest(difference.OnlySecond)],
            ["of both", $"{Latents(difference.Both).Count()}", Strongest(difference.Both)],
        ]);
        Output.Text(string.Create(
            CultureInfo.InvariantCulture, $"the same in both: {difference.Overlap:p0} of the edges' weight"));
    }

    static IEnumerable<NodePair> Latents(IEnumerable<NodePair> nodes) =>
        nodes.Where(pair => pair.Node.Kind == TraceNodeKind.Latent);

    static string Strongest(IEnumerable<NodePair> nodes) => string.Join(", ", Latents(nodes)
        .OrderByDescending(pair => Math.Max(pair.First ?? 0, pair.Second ?? 0)).Take(6).Select(pair => Name(pair.Node)));

    static string Name(AggregateNode node) => $"{TraceAggregateCommand.NameOf(node)}@{node.Role}";

    static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
