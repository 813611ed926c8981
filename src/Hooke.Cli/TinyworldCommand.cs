using System.CommandLine;
using System.Diagnostics;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Studies;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke tinyworld</c>: train and test a model of a small world of known machinery.</summary>
static class TinyworldCommand
{
    static readonly Option<string> World = new("--world") { Description = "World file (default: the shipped world)" };
    static readonly Option<ulong> WorldSeed = new("--seed")
    {
        Description = "The world's seed: other facts, triggers and planted machinery",
        DefaultValueFactory = _ => 0,
    };

    static readonly Option<ulong> TrainingSeed = new("--training-seed")
    {
        Description = "Seed of the first weights and of the text",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<int> Steps = new("--steps")
    {
        Description = "Number of optimiser steps",
        DefaultValueFactory = _ => new TinyworldSettings().Steps,
    };

    static readonly Option<string> Out = new("--out")
    {
        Description = "Folder of the model and its checkpoints; the command goes on from a checkpoint there",
        Required = true,
    };

    static readonly Option<string> Model = new("--model")
    {
        Description = "Folder of a world's model (default: the shipped one)",
    };

    static readonly Option<int> Pairs = new("--pairs")
    {
        Description = "Held-out prompt pairs of each behaviour",
        DefaultValueFactory = _ => 100,
    };

    static readonly Option<string> Dictionary = new("--dictionary")
    {
        Description = "A dictionary to put in place of activations, without error terms; special tokens keep the model's own",
    };

    /// <summary>The command with its two parts.</summary>
    public static Command Create()
    {
        Command train = new("train", """
            Train a model on a world's text, from a seed: the same bytes every time. Stopped, it goes on where it was.

            Examples:
              hooke tinyworld train --out models/mine
              hooke tinyworld train --world my-world.json --seed 7 --out models/hidden
            """)
        {
            World, WorldSeed, TrainingSeed, Steps, Out,
        };
        train.SetAction(Train);
        Command test = new("test", $"""
            Test a world's model on held-out prompts of every behaviour.
            The exit code is 0 where each has an accuracy of {TinyworldTest.LeastAccuracy:f2} or more, 1 where one has less;
            with a dictionary, 0 where it keeps {TinyworldTest.LeastKept:f2} of the model's accuracy on average, 1 where less.

            Examples:
              hooke tinyworld test
              hooke tinyworld test --dictionary models/tinyworld/dictionaries/transcoders
            """)
        {
            Model, Pairs, Dictionary,
        };
        test.SetAction(Test);
        return new Command("tinyworld", "A small world of text with known machinery: train a model on it, and test the model")
        {
            train, test,
        };
    }

    static int Train(ParseResult parsed)
    {
        using Interruption interruption = new();
        TinyworldSettings settings = new(Seed: parsed.GetValue(TrainingSeed), Steps: Cli.Count(parsed, Steps, 1_000_000));
        string world = parsed.GetValue(World) ?? Path.Combine(ShippedModel.Folder, "world.json");
        string folder = parsed.GetValue(Out)!;
        using TinyworldTraining training = new(world, parsed.GetValue(WorldSeed), settings, folder);
        if (training.Losses.Count > 0)
            Console.Error.WriteLine($"going on from step {training.Losses.Count}");
        Watch(training, settings.Steps, interruption.Token);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new { folder, steps = training.Losses.Count, loss = training.Losses.TakeLast(100).Average() });
        else
            Console.Out.WriteLine(
                $"{folder}: {training.Losses.Count} steps, loss {training.Losses.TakeLast(100).Average():f3} nats per token");
        return Cli.Done;
    }

    static void Watch(TinyworldTraining training, int steps, CancellationToken cancel)
    {
        Stopwatch watch = Stopwatch.StartNew();
        int start = training.Losses.Count;
        string Line(int step) => $"step {step}/{steps}  loss {training.Losses.TakeLast(100).Average():f3}  "
            + $"{(step - start) * training.TokensPerStep / watch.Elapsed.TotalSeconds:n0} tokens/s";
        if (Console.IsErrorRedirected)
        {
            training.Run(step => { if (step % 100 == 0) Console.Error.WriteLine(Line(step)); }, cancel);
            return;
        }
        Output.Errors.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("training", maxValue: steps);
                training.Run(step => (task.Value, task.Description) = (step, Line(step)), cancel);
            });
    }

    static int Test(ParseResult parsed)
    {
        int pairs = Cli.Count(parsed, Pairs, 10_000);
        string folder = parsed.FolderOf(Model);
        World world = TinyworldFolder.LoadWorld(folder);
        using Model model = Models.Model.Load(folder);
        BehaviourScore[] scores = [.. TinyworldTest.Run(model, world, pairs)];
        if (parsed.GetValue(Dictionary) is { } dictionary)
            return TestSpliced(parsed, model, world, dictionary, scores);
        bool all = scores.All(s => s.Accuracy >= TinyworldTest.LeastAccuracy);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new { folder, least_accuracy = TinyworldTest.LeastAccuracy, passed = all, scores });
        else
            Output.Table(["behaviour", "prompts", "accuracy", "mean logit difference (nats)", ""], scores.Select(Row));
        return all ? Cli.Done : Cli.No;
    }

    static int TestSpliced(ParseResult parsed, Model model, World world, string dictionary, BehaviourScore[] plain)
    {
        using CoderSet coders = CoderSet.Load(dictionary);
        Splice splice = new Splice(model, coders).Keeping(model.Tokenizer.SpecialTokens.Contains);
        BehaviourScore[] spliced = [.. TinyworldTest.Run(model, world, parsed.GetValue(Pairs), splice)];
        double kept = spliced.Average(s => s.Accuracy) / plain.Average(s => s.Accuracy);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new { dictionary, kept, least_kept = TinyworldTest.LeastKept, scores = plain, spliced });
        else
        {
            Output.Table(
                ["behaviour", "prompts", "accuracy", "with the dictionary", "mean logit difference (nats)",
                    "with the dictionary"],
                plain.Zip(spliced, (one, other) => (IReadOnlyList<string>)[one.Behaviour, $"{one.Prompts}", $"{one.Accuracy:f3}",
                    $"{other.Accuracy:f3}", $"{one.LogitDifference:f2}", $"{other.LogitDifference:f2}"]));
            Console.Out.WriteLine($"{dictionary} keeps {kept:p1} of the accuracy, on average over {plain.Length} behaviours");
        }
        return kept >= TinyworldTest.LeastKept ? Cli.Done : Cli.No;
    }

    static IReadOnlyList<string> Row(BehaviourScore score) =>
    [
        score.Behaviour, $"{score.Prompts}", $"{score.Accuracy:f3}", $"{score.LogitDifference:f2}",
        score.Accuracy < TinyworldTest.LeastAccuracy ? $"under {TinyworldTest.LeastAccuracy:f2}" : "",
    ];
}
