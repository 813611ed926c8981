using System.CommandLine;
using Hooke.Evidence;
using Hooke.Studies;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke investigate</c>: from a behaviour to graded evidence.</summary>
static class InvestigateCommand
{
    static readonly Option<string> Model = ModelOption.Create();

    static readonly Option<string> Behaviour = new("--behaviour")
    {
        Description = "A behaviour of the model's world; `hooke tinyworld test` lists them (default: indirect-object)",
    };

    static readonly Option<string> Prompt = new("--prompt")
    {
        Description = "A prompt of your own, with --counterfactual, --answer and --foil",
    };

    static readonly Option<string> Counterfactual = new("--counterfactual")
    {
        Description = "A prompt of as many tokens, after which the foil is right",
    };

    static readonly Option<string> Answer = new("--answer") { Description = "The right next token after the prompt" };
    static readonly Option<string> Foil = new("--foil") { Description = "The right next token after the counterfactual" };
    static readonly Option<string> Out = new("--out") { Description = "Folder for the dossier (default: dossiers/NAME)" };
    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of every random choice",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<int> Prompts = new("--prompts")
    {
        Description = "Prompt pairs to find the circuit on, and as many to test it on; fewer than 20 decide nothing",
        DefaultValueFactory = _ => 64,
    };

    static readonly Option<int> Steps = new("--steps")
    {
        Description = "Steps of integrated gradients",
        DefaultValueFactory = _ => 5,
    };

    static readonly Option<int> Controls = new("--controls")
    {
        Description = "Random circuits to compare with; fewer than 100 cannot show that none does as well",
        DefaultValueFactory = _ => 100,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("investigate", """
            Find the machinery behind a behaviour, test it by interventions against random controls, and write a dossier.

            Examples:
              hooke investigate
              hooke investigate --behaviour induction --out induction
              hooke investigate --model DIR --prompt "Lily went home because" \
                  --counterfactual "Tom went home because" --answer she --foil he
            """)
        {
            Model, Behaviour, Prompt, Counterfactual, Answer, Foil, Out, Seed, Prompts, Steps, Controls,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        InvestigationRequest request = Request(parsed);
        string folder = parsed.GetValue(Out) ?? Path.Combine("dossiers", request.Behaviour ?? "prompt-pair");
        Dossier.RequireFolder(folder);
        Dossier dossier = StageProgress.Show(progress =>
        {
            using Investigation investigation = new(request, progress);
            Dossier found = investigation.Run();
            return found.Write(folder, investigation.Graph);
        });
        if (parsed.GetValue(Cli.Json))
            Console.Out.Write(dossier.ToJson());
        else
            Print(dossier, folder);
        return Cli.Done;
    }

    static InvestigationRequest Request(ParseResult parsed)
    {
        string?[] own =
            [parsed.GetValue(Prompt), parsed.GetValue(Counterfactual), parsed.GetValue(Answer), parsed.GetValue(Foil)];
        bool hasOwn = own.Any(o => o is not null);
        if (hasOwn && own.Any(string.IsNullOrEmpty))
            throw new InputException("a prompt of your own needs all of --prompt, --counterfactual, --answer and --foil");
        if (hasOwn && parsed.GetValue(Behaviour) is not null)
            throw new InputException("give either --behaviour or a prompt of your own, not both");
        return new InvestigationRequest
        {
            ModelFolder = parsed.FolderOf(Model),
            Behaviour = hasOwn ? null : parsed.GetValue(Behaviour) ?? "indirect-object",
            Pair = hasOwn ? new AskedPair(own[0]!, own[1]!, own[2]!, own[3]!) : null,
            Seed = parsed.GetValue(Seed),
            Prompts = Cli.Count(parsed, Prompts, 10_000),
            Steps = Cli.Count(parsed, Steps, 10_000),
            Controls = Cli.Count(parsed, Controls, 10_000),
        };
    }

    static void Print(Dossier dossier, string folder)
    {
        Verdict verdict = dossier.Claim.Verdict;
        AnsiConsole.MarkupLineInterpolated($"\n[bold]{dossier.Claim.Sentence}[/]");
        Output.Table(["test", "outcome", "what was found"],
            dossier.Claim.Evidence.Tests().Select(t => (IReadOnlyList<string>)[t.Name, t.OutcomeText, t.Sentence]));
        AnsiConsole.MarkupLineInterpolated($"Tier: [bold]{Words.FromName(verdict.Tier.ToString())}[/]");
        foreach (string lacking in verdict.KeepsFromNext)
            AnsiConsole.MarkupLineInterpolated($"  keeps it from the next: {lacking}");
        AnsiConsole.MarkupLineInterpolated($"Dossier: {Path.Combine(folder, "index.html")}");
        AnsiConsole.MarkupLineInterpolated($"Run it again and compare: hooke verify {folder}");
    }
}
