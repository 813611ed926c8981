using System.CommandLine;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke lens train</c>: a tuned lens for a model.</summary>
static class LensTrainCommand
{
    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<string> Text = new("--text")
    {
        Description = "A text file of prompts, one a line; every tenth is kept apart to measure the lens on "
            + "(default: the training text of a world's model)",
    };

    static readonly Option<string> Out = new("--out")
    {
        Description = "Folder of the lens and its checkpoint; the command goes on from a checkpoint there",
        Required = true,
    };

    static readonly Option<int> Steps = new("--steps")
    {
        Description = "Number of optimiser steps",
        DefaultValueFactory = _ => new TunedLensSettings().Steps,
    };

    static readonly Option<int> Prompts = new("--prompts")
    {
        Description = "Prompts of one step",
        DefaultValueFactory = _ => new TunedLensSettings().Prompts,
    };

    static readonly Option<float> LearningRate = new("--learning-rate")
    {
        Description = "Learning rate of the first step",
        DefaultValueFactory = _ => new TunedLensSettings().LearningRate,
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of the order of the prompts",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("train", """
            Train a tuned lens: for every layer a map h + A h + b after which unembed(ln_final(.)) is nearest to the model's
            own distribution. The same bytes every time; stopped, it goes on where it was.
            The exit code is 0 where the lens is better than the logit lens at every layer on text kept apart, 1 where not.

            Example:
              hooke lens train --out tuned
            """)
        {
            Folder, Text, Out, Steps, Prompts, LearningRate, Seed,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using Interruption interruption = new();
        TunedLensSettings settings = Settings(parsed);
        string folder = parsed.FolderOf(Folder);
        using Model model = Model.Load(folder);
        LensText text = parsed.GetValue(Text) is { } path ? LensText.OfFile(path, model) : LensText.OfWorld(folder, model);
        using TunedLensStudy study = new(model, folder, text, settings, parsed.GetValue(Out)!);
        if (study.Training.Steps > 0)
            Console.Error.WriteLine($"going on from step {study.Training.Steps}");
        TunedLensManifest manifest = Watch(study, settings.Steps, interruption.Token);
        if (parsed.GetValue(Cli.Json))
            Output.Json(manifest);
        else
            Output.Table(["residual stream", "KL of the logit lens (nats)", "KL of the tuned lens (nats)"],
                manifest.Sites.Select(site => (IReadOnlyList<string>)
                    [site.Site.ToString(), $"{site.HeldOutLogitLens:f4}", $"{site.HeldOutTunedLens:f4}"]));
        return manifest.Sites.All(site => site.HeldOutTunedLens < site.HeldOutLogitLens) ? Cli.Done : Cli.No;
    }

    static TunedLensSettings Settings(ParseResult parsed)
    {
        float rate = parsed.GetValue(LearningRate);
        return rate is > 0 and <= 1
            ? new(parsed.GetValue(Seed), Cli.Count(parsed, Steps, 1_000_000), Cli.Count(parsed, Prompts, 10_000), rate)
            : throw new InputException($"{LearningRate.Name} {rate} is not above 0 and at most 1");
    }

    static TunedLensManifest Watch(TunedLensStudy study, int steps, CancellationToken cancel)
    {
        string Line(int step) => $"step {step}/{steps}  KL by layer "
            + string.Join(' ', study.Training.Losses(step - 1).Select(loss => $"{loss:f3}"));
        if (Console.IsErrorRedirected)
            return study.Run(step => { if (step % 100 == 0) Console.Error.WriteLine(Line(step)); }, cancel);
        return Output.Errors.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("training", maxValue: steps);
                return study.Run(step => (task.Value, task.Description) = (step, Markup.Escape(Line(step))), cancel);
            });
    }
}
