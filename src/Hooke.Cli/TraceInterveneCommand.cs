using System.CommandLine;
using System.Globalization;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke trace intervene</c>: sets latents to values in the real model.</summary>
static class TraceInterveneCommand
{
    static readonly Argument<string> Prompt = TraceOptions.Prompt();

    static readonly Option<string[]> Set = new("--set")
    {
        Description = "layer.latent@positions=value: 3.117@5=0, 3.117@-1=2.5, 3.117@5..8=0, 3.117@5..=0 for tokens to come too",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    static readonly Option<string> Hold = new("--hold")
    {
        Description = "What is held at the prompt's values: attention (default; later latents react), nothing, direct (all "
            + "but the "
            + "change), or layers such as 2..4, whose MLPs are held",
        DefaultValueFactory = _ => "attention",
    };

    static readonly Option<int> Tokens = new("--tokens")
    {
        Description = "Go on for so many tokens, with the changes and without",
        DefaultValueFactory = _ => 0,
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many next tokens the table shows",
        DefaultValueFactory = _ => 8,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("intervene", """
            Set latents of a transcoder to values in the real model, and see what it then says: the change times what the latent
            writes is added wherever it writes, and the model goes on from there.

            Example:
              hooke trace intervene "The capital of France is" --set 2.117@4=0 --set 2.31@4..=6 --tokens 10
            """)
        {
            Prompt, Set, Hold, Tokens, Top,
            TraceOptions.Folder, TraceOptions.Transcoders, TraceOptions.Reads, TraceOptions.Writes,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        int top = Cli.Count(parsed, Top, 100_000);
        LatentIntervention[] set = [.. parsed.GetValue(Set)!.Select(LatentIntervention.Parse)];
        using TracedModel traced = TraceOptions.Open(parsed);
        IReadOnlyList<int> tokens = traced.TokensOf(parsed.GetValue(Prompt)!);
        LatentRules rules = Rules(parsed.GetValue(Hold)!, traced.Sites.Layers);
        LatentInterventions interventions = new(traced.Sites);
        using LatentRun before = interventions.Run(tokens, []);
        using LatentRun after = interventions.Run(tokens, set, rules);
        var next = after.Run.Top(top).Select(t => t.Token).Union(before.Run.Top(top).Select(t => t.Token)).Select(token => new
        {
            token,
            text = TokenText.Of(traced.Model.Tokenizer, token),
            before = before.Run.LastLogits(0)[token],
            after = after.Run.LastLogits(0)[token],
        }).OrderByDescending(t => t.after).ToArray();
        int count = parsed.GetValue(Tokens);
        string? plain = count > 0 ? Text(traced, interventions, tokens, [], rules, count) : null;
        string? changed = count > 0 ? Text(traced, interventions, tokens, set, rules, count) : null;
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                set = set.Select(i => $"{i}"),
                hold = parsed.GetValue(Hold),
                next,
                text = plain,
                changed_text = changed,
            });
        else
        {
            Output.Table(["next token", "logit before", "logit after", "change"], next.Take(top)
                .Select(t => (IReadOnlyList<string>)
                [t.text, Words.Number(t.before), Words.Number(t.after), Words.Number(t.after - t.before)]));
            if (plain is not null)
                Output.Text($"without: {plain}\nwith:    {changed}");
        }
        return Cli.Done;
    }

    static LatentRules Rules(string hold, int layers) => hold switch
    {
        "attention" => LatentRules.Reacting,
        "nothing" => LatentRules.Unfrozen,
        "direct" => LatentRules.Direct(layers),
        _ => hold.Split("..") is [var first, var last] && Number(first) is { } from && Number(last) is { } to
            ? LatentRules.Constrained(from, to, layers)
            : throw new InputException($"{Hold.Name} {hold} is none of attention, nothing, direct and layers such as 2..4"),
    };

    static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    static string Text(
        TracedModel traced, LatentInterventions interventions, IReadOnlyList<int> tokens, LatentIntervention[] set,
        LatentRules rules, int count) => traced.Model.Tokenizer.Decode(
            [.. interventions.Generate(tokens, set, new Generation { MaxNewTokens = count }, rules)
                .Select(added => added.Token)]);
}
