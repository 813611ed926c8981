using System.CommandLine;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke patch</c>: where in the model a behaviour is carried.</summary>
static class PatchCommand
{
    static readonly Argument<string[]> Texts = new("prompts")
    {
        Description = "The clean prompt, and a counterfactual of as many tokens after which the foil is right",
        Arity = ArgumentArity.ZeroOrMore,
    };

    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<string> Answer = new("--answer") { Description = "The right next token after the clean prompt" };
    static readonly Option<string> Foil = new("--foil") { Description = "The right next token after the counterfactual" };
    static readonly Option<string> Behaviour = new("--behaviour")
    {
        Description = "In place of two prompts: prompts of a behaviour of the model's world, kept out of its training",
    };

    static readonly Option<int> Count = new("--prompts")
    {
        Description = "With --behaviour: how many prompt pairs",
        DefaultValueFactory = _ => 16,
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "With --behaviour: which of its prompts",
        DefaultValueFactory = _ => 1,
    };

    static readonly string[] Parts = [.. Enum.GetNames<PatchedPart>().Select(name => name.ToLowerInvariant())];

    static readonly Option<string> What = new("--what")
    {
        Description = "What is patched: residual, attention or mlp by layer and position; heads, their queries, keys, values or "
            + "patterns; neurons; or the paths to the readers that --receiver names",
        DefaultValueFactory = _ => "residual",
    };

    static readonly Option<string> Method = new("--method")
    {
        Description = "patch runs each patch; atp estimates all of them from one gradient; atp-qk moves queries and keys through "
            + "the softmax; atp* also keeps effects from cancelling, and has no signs",
        DefaultValueFactory = _ => "patch",
    };

    static readonly Option<string[]> Receiver = new("--receiver")
    {
        Description = "For paths: who reads, such as blocks.3.attn.hook_q:head=1, blocks.3.hook_mlp_in or logits (default)",
        AllowMultipleArgumentsPerToken = true,
    };

    static readonly Option<bool> ThroughMlps = new("--through-mlps")
    {
        Description = "For paths: count those that pass through MLPs, not only direct ones",
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many places the table shows, largest effect first",
        DefaultValueFactory = _ => 20,
    };

    static readonly Option<string> Svg = new("--svg") { Description = "Draw a heatmap into this SVG file" };
    static readonly Option<string> Page = new("--html") { Description = "Draw a heatmap into this HTML page" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("patch", """
            Find where a behaviour is carried: give the run of a counterfactual prompt what the clean prompt's run had, one
            place at a time, and see how much of the answer comes back.

            Examples:
              hooke patch "While David and Ivan were at the library , Ivan handed a ladder to" \
                  "While David and Ivan were at the library , David handed a ladder to" --answer David --foil Ivan
              hooke patch --behaviour induction --what heads --method atp --svg heads.svg
              hooke patch --behaviour induction --what paths --receiver blocks.3.attn.hook_q:head=0
            """)
        {
            Texts, Folder, Answer, Foil, Behaviour, Count, Seed, What, Method, Receiver, ThroughMlps, Top, Svg, Page,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        PatchQuestion question = Question(parsed);
        int top = Cli.Count(parsed, Top, 1_000_000), count = Cli.Count(parsed, Count, 10_000);
        string folder = parsed.FolderOf(Folder);
        AskedPair? pair = Pair(parsed);
        using Model model = Model.Load(folder);
        PromptSet prompts = pair is not null
            ? EncodedPrompts.Of(pair, model.Tokenizer)
            : EncodedPrompts.OfBehaviour(folder, parsed.GetValue(Behaviour)!, count, parsed.GetValue(Seed), model.Tokenizer);
        PatchAnswer answer = PatchStudy.Ask(model, prompts, question);
        Draw(parsed, answer, pair is not null
            ? $"Clean: {pair.Prompt} … {pair.Answer}. Counterfactual: {pair.Counterfactual} … {pair.Foil}."
            : $"{Words.Count(prompts.Count, "prompt pair")} of {parsed.GetValue(Behaviour)}, seed {parsed.GetValue(Seed)}.");
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                what = parsed.GetValue(What),
                method = parsed.GetValue(Method),
                readers = question.Readers.Select(r => $"{r}"),
                question.ThroughMlps,
                prompts = prompts.Count,
                clean = answer.Clean,
                counterfactual = answer.Counterfactual,
                answer.Meaning,
                values = answer.Places.Select(p => new { p.Place, p.Value }),
            });
        else
            Print(answer, top, prompts.Count);
        return Cli.Done;
    }

    static PatchQuestion Question(ParseResult parsed)
    {
        string what = parsed.GetValue(What)!;
        if (!Parts.Contains(what))
            throw new InputException($"{What.Name} {what} is none of {string.Join(", ", Parts)}");
        PatchedPart part = Enum.Parse<PatchedPart>(what, ignoreCase: true);
        string[] receivers = parsed.GetValue(Receiver) ?? [];
        if (part != PatchedPart.Paths && (receivers.Length > 0 || parsed.GetValue(ThroughMlps)))
            throw new InputException("--receiver and --through-mlps are for --what paths");
        return new(part, parsed.GetValue(Method) switch
        {
            "atp" => PatchMethod.Atp,
            "atp-qk" => PatchMethod.AtpThroughSoftmax,
            "atp*" => PatchMethod.AtpStar,
            "patch" => PatchMethod.Patch,
            var other => throw new InputException($"{Method.Name} {other} is none of patch, atp, atp-qk and atp*"),
        })
        {
            Readers = part == PatchedPart.Paths && receivers.Length == 0
                ? [Site.Logits.At()]
                : [.. receivers.Select(Address.Parse)],
            ThroughMlps = parsed.GetValue(ThroughMlps),
        };
    }

    // The user's own pair, or null for a behaviour.
    static AskedPair? Pair(ParseResult parsed)
    {
        string[] texts = parsed.GetValue(Texts) ?? [];
        (string? answer, string? foil) = (parsed.GetValue(Answer), parsed.GetValue(Foil));
        if (parsed.GetValue(Behaviour) is not null)
            return texts.Length == 0 && answer is null && foil is null
                ? null
                : throw new InputException("give either --behaviour or two prompts with --answer and --foil, not both");
        if (parsed.GetResult(Count) is { Implicit: false } || parsed.GetResult(Seed) is { Implicit: false })
            throw new InputException("--prompts and --seed are for --behaviour: two prompts of your own are all there is");
        return texts.Length == 2 && answer is not null && foil is not null
            ? new AskedPair(texts[0], texts[1], answer, foil)
            : throw new InputException(
                "patching needs two prompts, the clean one and its counterfactual, with --answer and --foil; or --behaviour");
    }

    static void Draw(ParseResult parsed, PatchAnswer answer, string prompts)
    {
        double scale = answer.Map.Values.SelectMany(row => row).Select(Math.Abs).DefaultIfEmpty(1).Max();
        string title = $"Patching: {answer.Map.Name}";
        if (parsed.GetValue(Svg) is { } svg)
            PictureFile.Write(svg, Drawing.File(title, HeatmapFigure.Drawing(answer.Map, scale)));
        if (parsed.GetValue(Page) is { } page)
            PictureFile.Write(page, FigurePage.Of(
                title, Html.Of($"<p>{prompts} {Baselines(answer)}</p>"),
                HeatmapFigure.Legend(scale), HeatmapFigure.Draw(answer.Map, scale)));
    }

    static string Baselines(PatchAnswer answer) =>
        $"Logit difference unpatched: {Words.Number(answer.Clean)} clean, {Words.Number(answer.Counterfactual)} counterfactual.";

    static void Print(PatchAnswer answer, int top, int prompts)
    {
        Output.Table(["place", "value"], answer.Places.OrderByDescending(p => Math.Abs(p.Value)).Take(top)
            .Select(p => (IReadOnlyList<string>)[p.Place, Words.Number(p.Value)]));
        AnsiConsole.MarkupLineInterpolated($"{answer.Meaning} Mean over {Words.Count(prompts, "prompt pair")}.");
        Output.Text(Baselines(answer));
        if (answer.Places.Count > top)
            AnsiConsole.MarkupLineInterpolated($"{answer.Places.Count - top} more places: --top or --json shows them.");
    }
}
