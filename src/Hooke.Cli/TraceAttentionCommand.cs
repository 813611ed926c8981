using System.CommandLine;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke trace attention</c>: which latents made a head look where it looked.</summary>
static class TraceAttentionCommand
{
    static readonly Argument<string> Prompt = TraceOptions.Prompt();

    static readonly Option<string> Head = new("--head") { Description = "Layer and head, such as 2.0", Required = true };

    static readonly Option<int> Query = new("--query")
    {
        Description = "The position that looks; −1 is the last",
        DefaultValueFactory = _ => -1,
    };

    static readonly Option<int> Key = new("--key")
    {
        Description = "The position looked at; −1 is the last",
        Required = true,
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many pairs and nodes are listed",
        DefaultValueFactory = _ => 12,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("attention", """
            Which pairs of nodes, one at the query and one at the key, made a head look where it looked: its attention score
            before the softmax as a sum over pairs, and over the nodes of either side. All of it adds up to the score.

            Example:
              hooke trace attention "The capital of France is" --head 2.0 --query -1 --key 3
            """)
        {
            Prompt, Head, Query, Key, Top, TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 100_000);
        (int layer, int head) = parsed.GetValue(Head)!.Split('.') is [var l, var h] && int.TryParse(l, out int first)
            && int.TryParse(h, out int second) ? (first, second)
            : throw new InputException($"'{parsed.GetValue(Head)}' is not a head: write layer and head as 2.0");
        using TracedModel traced = TraceOptions.Open(parsed);
        IReadOnlyList<int> tokens = traced.TokensOf(parsed.GetValue(Prompt)!);
        int At(int position) => position < 0 ? tokens.Count + position : position;
        using TracedAttention attention = new(traced.Sites, tokens);
        AttentionScore score = attention.Score(layer, head, At(parsed.GetValue(Query)), At(parsed.GetValue(Key)), top);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                head = $"{layer}.{head}",
                query = score.Query,
                key = score.Key,
                score = score.Score,
                weight = score.Weight,
                soft_cap = score.SoftCap,
                sum = score.Sum,
                by_query = score.ByQuery.Select(p => new { node = TraceNodeName.Of(p.Node), value = p.Value }),
                by_key = score.ByKey.Select(p => new { node = TraceNodeName.Of(p.Node), value = p.Value }),
                pairs = score.Pairs.Select(p =>
                    new { query = TraceNodeName.Of(p.Query), key = TraceNodeName.Of(p.Key), value = p.Value }),
                pair_count = score.PairCount,
                rest = score.Rest,
            });
        else
            Print(traced, tokens, score, top);
        return Cli.Done;
    }

    static void Print(TracedModel traced, IReadOnlyList<int> tokens, AttentionScore score, int top)
    {
        string Token(int position) => TokenText.Of(traced.Model.Tokenizer, tokens[position]);
        Output.Text($"head {score.Layer}.{score.Head} at {score.Query} {Token(score.Query)} looks at {score.Key} "
            + $"{Token(score.Key)}: "
            + $"score {Words.Number(score.Score)}, attention {Words.Number(score.Weight)}"
            + (score.SoftCap is { } cap ? $"; the parts add up to {Words.Number(score.Sum)}, before the soft cap of {cap}" : ""));
        Output.Table(["at the query", "at the key", "together"], score.Pairs.Select(p => (IReadOnlyList<string>)
            [traced.Describe(p.Query, tokens), traced.Describe(p.Key, tokens), Words.Number(p.Value)]));
        Output.Text($"{score.PairCount - score.Pairs.Count:n0} more pairs: {Words.Number(score.Rest)}");
        Output.Table(["at the query", "with all at the key", "at the key", "with all at the query"],
            Enumerable.Range(0, Math.Min(top, Math.Max(score.ByQuery.Count, score.ByKey.Count)))
                .Select(i => (IReadOnlyList<string>)
                [.. Cells(traced, tokens, score.ByQuery, i), .. Cells(traced, tokens, score.ByKey, i)]));
    }

    static string[] Cells(TracedModel traced, IReadOnlyList<int> tokens, IReadOnlyList<ScorePart> parts, int i) =>
        i < parts.Count ? [traced.Describe(parts[i].Node, tokens), Words.Number(parts[i].Value)] : ["", ""];
}
