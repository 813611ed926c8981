using System.CommandLine;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke heads composition</c>: which heads' weights read what which earlier heads write.</summary>
static class HeadsCompositionCommand
{
    static readonly Option<string> By = new("--by")
    {
        Description = "Compose by q (queries), k (keys), v (values) or all",
        DefaultValueFactory = _ => "all",
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many of the strongest; --json holds all",
        DefaultValueFactory = _ => 15,
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of the random weights to compare with",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<int> Samples = new("--samples")
    {
        Description = "How many random pairs to compare with",
        DefaultValueFactory = _ => 100,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("composition", """
            How strongly later heads' weights read what earlier heads write: ‖L·R‖ / (‖L‖·‖R‖), beside random weights.

            Examples:
              hooke heads composition
              hooke heads composition --by k --fold-norms
            """)
        {
            By, Top, Samples, Seed, HeadsCircuitCommand.Fold,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        Port? port = parsed.GetValue(By)! switch
        {
            "all" => null,
            "q" => Port.Query,
            "k" => Port.Key,
            "v" => Port.Value,
            string other => throw new InputException($"--by {other} is not known: give q, k, v or all"),
        };
        (int top, int samples) = (Cli.Count(parsed, Top, 1_000_000), Cli.Count(parsed, Samples, 100_000));
        using Model model = Model.Load(parsed.FolderOf(HeadsCommand.Folder));
        HeadCircuits circuits = new(model, parsed.GetValue(HeadsCircuitCommand.Fold));
        (Edge Edge, double Score)[] scores = [.. Composition.Of(circuits)
            .Where(s => port is null || s.Edge.Target.Port == port).OrderByDescending(s => s.Score)];
        CompositionBaseline baseline =
            CompositionBaseline.Of(model.Config.DModel, model.Config.DHead, parsed.GetValue(Seed), samples);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                transform = circuits.Transform,
                baseline,
                compositions = scores.Select(s =>
                    new { edge = $"{s.Edge}", score = s.Score, times_random = s.Score / baseline.Mean }),
            });
        else
            Print(circuits, scores, baseline, top);
        return Cli.Done;
    }

    static void Print(HeadCircuits circuits, (Edge Edge, double Score)[] scores, CompositionBaseline baseline, int top)
    {
        AnsiConsole.MarkupLineInterpolated($"{Words.Count(scores.Length, "composition")}: {circuits.Transform}");
        Output.Table(["from -> to<by>", "score", "times random"], scores.Take(top).Select(s => (IReadOnlyList<string>)
            [$"{s.Edge}", Words.Number(s.Score), Words.Number(s.Score / baseline.Mean)]));
        string random = $"Random Gaussian heads of the same shapes: mean {Words.Number(baseline.Mean)}, "
            + $"95 % of {Words.Count(baseline.Samples, "pair")} in "
            + $"[{Words.Number(baseline.Low)}, {Words.Number(baseline.High)}], seed {baseline.Seed}; "
            + $"above that are {scores.Count(s => s.Score > baseline.High)} of {scores.Length:n0}.";
        AnsiConsole.MarkupLineInterpolated($"{random}");
    }
}
