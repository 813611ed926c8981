using System.CommandLine;
using System.Diagnostics;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary train</c>: train dictionaries on a model's activations.</summary>
static class DictionaryTrainCommand
{
    static readonly Argument<string?> Manifest = new("manifest")
    {
        Description = "A training's manifest; without one, options say what is trained",
        Arity = ArgumentArity.ZeroOrOne,
    };

    static readonly Option<string> Out = new("--out")
    {
        Description = "Folder of the dictionaries and checkpoints; the command goes on from a checkpoint there",
        Required = true,
    };

    static readonly Option<string> Folder = ModelOption.Create();
    static readonly Option<string> Other = new("--other-model")
    {
        Description = "Folder of a second model, which reads the same tokens; its sites are written 1/blocks.1.hook_resid_post",
    };

    static readonly Option<int> Every = new("--checkpoint-every")
    {
        Description = "Steps between checkpoints",
        DefaultValueFactory = _ => 500,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("train", """
            Train sparse autoencoders, transcoders and crosscoders on a model's activations, streamed while it trains: the same
            manifest gives the same bytes. Stopped, the same command goes on where it was.

            Examples:
              hooke dictionary train --site blocks.1.hook_resid_post --kind TopK --k 16 --tokens 2000000 --out my-sae
              hooke dictionary train my-sae/manifest.json --out again
            """)
        {
            Manifest, Out, Folder, Other, Every,
        };
        TrainingOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using Interruption interruption = new();
        string folder = parsed.GetValue(Out)!;
        string[] models = [parsed.FolderOf(Folder), .. parsed.GetValue(Other) is { } other ? [other] : (string[])[]];
        string? path = parsed.GetValue(Manifest);
        TrainingManifest manifest = path is null ? TrainingOptions.Manifest(parsed, models, folder) : ManifestFile.Read(path);
        RequireModels(manifest, models);
        if (TrainingRun.Finished(manifest, folder) is { } finished)
            return Print(parsed, finished, folder);
        Model[] loaded = [.. models.Select(model => Model.Load(model))];
        string beside = path is null ? folder : Path.GetDirectoryName(Path.GetFullPath(path))!;
        ITokenSource text = TrainingText.Open(manifest.Text, models[0], loaded[0].Tokenizer, beside);
        using TrainingRun run = new(manifest, loaded, text, folder);
        Console.Error.WriteLine($"streams {string.Join(", ", run.Sites)} through a buffer of at most {run.BufferRows:n0} rows, "
            + $"{run.BufferBytes / 1e6:n1} MB");
        if (run.Step > 0)
            Console.Error.WriteLine($"going on from step {run.Step}");
        TrainingManifest made = Watch(run, manifest.Batch, Cli.Count(parsed, Every, 1_000_000), interruption.Token);
        foreach (Model model in loaded)
            model.Dispose();
        return Print(parsed, made, folder);
    }

    static void RequireModels(TrainingManifest manifest, string[] folders)
    {
        if (manifest.Models.Count != folders.Length)
            throw new InputException($"the manifest is of {manifest.Models.Count} models, but {folders.Length} "
                + "were given: a second one is named by --other-model");
        for (int i = 0; i < folders.Length; i++)
            if (ManifestFile.ModelOf(folders[i]) is var found && found != manifest.Models[i])
                throw new InputException($"{folders[i]} is another model than the manifest's: its weights have the SHA-256 "
                    + $"{found.Weights} and its config {found.Config}, not {manifest.Models[i].Weights} and "
                    + $"{manifest.Models[i].Config}");
    }

    static TrainingManifest Watch(TrainingRun run, int batch, int every, CancellationToken cancel)
    {
        TrainingProgress progress = new(run.Step, run.Steps, batch);
        if (Console.IsErrorRedirected)
            return run.Run(figures =>
            {
                progress.Add(figures);
                if (run.Step % 100 == 0 || run.Step == run.Steps)
                    Console.Error.WriteLine(progress.Line);
            }, every, cancel);
        return Output.Errors.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("training", maxValue: run.Steps);
                return run.Run(figures =>
                {
                    progress.Add(figures);
                    (task.Value, task.Description) = (run.Step, progress.Line);
                }, every, cancel);
            });
    }

    static int Print(ParseResult parsed, TrainingManifest made, string folder)
    {
        TrainingResult result = made.Result!;
        if (parsed.GetValue(Cli.Json))
        {
            Output.Json(new
            {
                folder,
                tokens = result.Tokens,
                measured_tokens = result.MeasuredTokens,
                figures = result.Figures,
            });
            return Cli.Done;
        }
        Output.Table(["dictionary", "reads", "L0", "dead", "FVU"], result.Figures.Select(figures => (IReadOnlyList<string>)
            [figures.Dictionary, figures.Site, $"{figures.L0:f2}", $"{figures.DeadShare:p1}", $"{figures.Fvu:f4}"]));
        Console.Out.WriteLine($"{folder}: learnt from {result.Tokens:n0} tokens, measured on {result.MeasuredTokens:n0} "
            + "behind them");
        return Cli.Done;
    }
}

/// <summary>Where a training stands, in one line: means over the last hundred steps and over the coders.</summary>
sealed class TrainingProgress(int first, int steps, int batch)
{
    const int Window = 100;

    readonly Queue<(double Loss, double L0, double Fvu, double Dead)> _recent = new();
    readonly Stopwatch _watch = Stopwatch.StartNew();
    int _taken;

    /// <summary>Takes the figures of a step.</summary>
    public void Add(IReadOnlyList<TrainingFigures> figures)
    {
        _taken++;
        _recent.Enqueue((figures.Average(f => f.Loss), figures.Average(f => f.L0), figures.Average(f => f.Unexplained),
            figures.Average(f => f.DeadShare)));
        if (_recent.Count > Window)
            _recent.Dequeue();
    }

    /// <summary>The line.</summary>
    public string Line
    {
        get
        {
            double perSecond = _taken / _watch.Elapsed.TotalSeconds;
            return $"step {first + _taken}/{steps}  loss {_recent.Average(r => r.Loss):g4}  L0 {_recent.Average(r => r.L0):f1}  "
                + $"FVU {_recent.Average(r => r.Fvu):f4}  dead {_recent.Average(r => r.Dead):p1}  "
                + $"{perSecond * batch:n0} tokens/s  "
                + $"{TimeSpan.FromSeconds(Math.Ceiling((steps - first - _taken) / perSecond)):h\\:mm\\:ss} left";
        }
    }
}
