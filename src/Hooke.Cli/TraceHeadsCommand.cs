using System.CommandLine;
using Hooke.Circuits;
using Hooke.Evidence;

namespace Hooke.Cli;

/// <summary><c>hooke trace heads</c>: which attention heads carried an edge.</summary>
static class TraceHeadsCommand
{
    static readonly Argument<string> Prompt = TraceOptions.Prompt();

    static readonly Option<string[]> Edge = new("--edge")
    {
        Description = "Source and target: a latent as 3.117@5 (layer, latent, position), an error as 3.error@5, a token as "
            + "token@5, "
            + "a logit as logit.42 or \"logit: Paris\"",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many heads the table shows",
        DefaultValueFactory = _ => 15,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("heads", """
            Which attention heads carried an edge of an attribution graph: its weight as what goes straight along the stream and
            what heads carry, counted by the first head of each path and by the last; either way the parts add up to the weight.

            Example:
              hooke trace heads "The capital of France is" --edge 2.117@4 "logit: Paris"
            """)
        {
            Prompt, Edge, Top, TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 1_000_000);
        string[] edge = parsed.GetValue(Edge)!;
        using TracedModel traced = TraceOptions.Open(parsed);
        IReadOnlyList<int> tokens = traced.TokensOf(parsed.GetValue(Prompt)!);
        TraceNode source = TraceNodeName.Parse(edge[0]), target = Target(traced, edge[1]);
        using TracedAttention attention = new(traced.Sites, tokens);
        HeadLoadings loadings = attention.Loadings(source, target);
        HeadLoading[] heads = [.. loadings.Heads.OrderByDescending(h => Math.Max(Math.Abs(h.First), Math.Abs(h.Last)))];
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                source = TraceNodeName.Of(loadings.Source),
                target = TraceNodeName.Of(loadings.Target),
                weight = loadings.Weight,
                direct = loadings.Direct,
                through_several = loadings.ThroughSeveral,
                heads = heads.Select(h => new { head = $"{h.Layer}.{h.Head}", alone = h.Alone, first = h.First, last = h.Last }),
            });
        else
        {
            Output.Text($"{traced.Describe(loadings.Source, tokens)} → {traced.Describe(loadings.Target, tokens)}: "
                + $"{Words.Number(loadings.Weight)}");
            Output.Table(["head", "alone", "first", "last"], heads.Where(h => h.First != 0 || h.Last != 0).Take(top)
                .Select(h => (IReadOnlyList<string>)
                    [$"{h.Layer}.{h.Head}", Words.Number(h.Alone), Words.Number(h.First), Words.Number(h.Last)])
                .Prepend(["straight", Words.Number(loadings.Direct), Words.Number(loadings.Direct),
                    Words.Number(loadings.Direct)]));
            Output.Text($"over paths of several heads: {Words.Number(loadings.ThroughSeveral)}; the columns first and last "
                + $"each add "
                + "up to the weight");
        }
        return Cli.Done;
    }

    static TraceNode Target(TracedModel traced, string text)
    {
        const string Logit = "logit:";
        return text.StartsWith(Logit, StringComparison.Ordinal)
            ? new()
            {
                Kind = TraceNodeKind.Target,
                Layer = traced.Model.Config.NLayers,
                Position = -1,
                Index = TokenText.One(traced.Model.Tokenizer, "the logit", text[Logit.Length..]),
            }
            : TraceNodeName.Parse(text);
    }
}
