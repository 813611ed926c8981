using System.CommandLine;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke heads</c>: which heads attend where.</summary>
static class HeadsCommand
{
    static readonly Option<string> Kind = new("--kind")
    {
        Description = "What to score: all, induction, previous, duplicate, current, first, entropy or copying",
        DefaultValueFactory = _ => "all",
    };

    static readonly Option<string> Prompt = new("--prompt")
    {
        Description = "Score the attention on this text, not on random tokens said twice",
    };

    static readonly Option<string> Measure = new("--measure")
    {
        Description = "How attention on a prompt is compared with where a kind of head looks: mul or abs (default: mul)",
    };

    static readonly Option<bool> ExcludeFirst = new("--exclude-first")
    {
        Description = "On a prompt, leave attention to the first token out",
    };

    static readonly Option<bool> ExcludeCurrent = new("--exclude-current")
    {
        Description = "On a prompt, leave attention to the current token out",
    };

    static readonly Option<int> Sequences = new("--sequences")
    {
        Description = "How many sequences of random tokens",
        DefaultValueFactory = _ => 32,
    };

    static readonly Option<int> Length = new("--length")
    {
        Description = "How many random tokens a sequence says twice",
        DefaultValueFactory = _ => 24,
    };

    static readonly Option<int> First = new("--bos")
    {
        Description = "Id of the token put first, −1 for none (default: the tokenizer's own)",
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of the random tokens and of the resampling",
        DefaultValueFactory = _ => 1,
    };

    static readonly Option<int> Top = new("--top")
    {
        Description = "How many heads to list of a kind",
        DefaultValueFactory = _ => 5,
    };

    static readonly Option<string> Svg = new("--svg") { Description = "Also draw the scores, layers by heads, into this file" };

    /// <summary>Folder of the model, shared by the commands on heads.</summary>
    public static Option<string> Folder { get; } = ModelOption.Create(recursive: true);

    /// <summary>The command with its parts.</summary>
    public static Command Create()
    {
        Command command = new("heads", """
            Score what every attention head attends to, on random tokens said twice or on a prompt of your own.

            Examples:
              hooke heads
              hooke heads --kind induction --svg induction.svg
              hooke heads --kind previous --prompt "While David and Ivan were at the library"
              hooke heads circuit 2.0
              hooke heads composition
            """)
        {
            Kind, Prompt, Measure, ExcludeFirst, ExcludeCurrent, Sequences, Length, First, Seed, Top, Svg, Folder,
            HeadsCircuitCommand.Create(), HeadsCompositionCommand.Create(),
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string[] kinds = HeadTable.Kinds(parsed.GetValue(Kind)!);
        int top = Cli.Count(parsed, Top, 100_000);
        using Model model = Model.Load(parsed.FolderOf(Folder));
        HeadTable table = parsed.GetValue(Prompt) is string prompt
            ? OnPrompt(parsed, model, prompt)
            : OnRandomTokens(parsed, model);
        if (parsed.GetValue(Svg) is string path)
            PictureFile.Write(path, HeadFigure.Of(table, kinds));
        if (parsed.GetValue(Cli.Json))
            Output.Json(table.ToJson(kinds));
        else
            table.Print(kinds, top);
        return Cli.Done;
    }

    static HeadTable OnPrompt(ParseResult parsed, Model model, string prompt)
    {
        if (parsed.GetResult(Sequences) is { Implicit: false } || parsed.GetResult(Length) is { Implicit: false }
            || parsed.GetResult(First) is { Implicit: false })
            throw new InputException("--sequences, --length and --bos are of random tokens: leave them out with --prompt");
        PatternMeasure measure = parsed.GetValue(Measure) switch
        {
            null or "mul" => PatternMeasure.Multiply,
            "abs" => PatternMeasure.Absolute,
            string other => throw new InputException($"--measure {other} is not known: give mul or abs"),
        };
        (bool first, bool current) = (parsed.GetValue(ExcludeFirst), parsed.GetValue(ExcludeCurrent));
        TokenBatch tokens = new([model.Tokenizer.Encode(prompt)]);
        HeadScores scores = HeadScores.OnPrompts(model, tokens, measure, first, current);
        string how = (measure == PatternMeasure.Multiply
            ? "share of attention that goes where the kind of head looks"
            : "1 − n · mean |attention − where the kind of head looks|")
            + (first ? ", without the first token" : "") + (current ? ", without the current token" : "");
        return new(model, scores, parsed.GetValue(Seed), $"one prompt of {tokens.Positions} tokens: {how}");
    }

    static HeadTable OnRandomTokens(ParseResult parsed, Model model)
    {
        if (parsed.GetValue(Measure) is not null || parsed.GetValue(ExcludeFirst) || parsed.GetValue(ExcludeCurrent))
            throw new InputException("--measure, --exclude-first and --exclude-current are of a prompt: give --prompt too");
        int? first = FirstToken(parsed, model);
        int count = Cli.Count(parsed, Sequences, 10_000), length = Cli.Count(parsed, Length, 100_000);
        int most = (model.Config.NCtx - (first is null ? 0 : 1)) / 2;
        if (length > most)
            throw new InputException($"--length {length} said twice is longer than the model's context: give {most} at most");
        ulong seed = parsed.GetValue(Seed);
        RepeatedTokens tokens = RepeatedTokens.Draw(model.Config.DVocab, count, length, seed, first);
        return new(model, HeadScores.OnRepeatedTokens(model, tokens), seed,
            $"{Words.Count(count, "sequence")} of {length} random tokens said twice"
            + (first is int id ? $" after token {id}" : "") + $", seed {seed}: mean attention along the kind's diagonal");
    }

    static int? FirstToken(ParseResult parsed, Model model)
    {
        if (parsed.GetResult(First) is not { Implicit: false })
            return model.HasTokenizer && model.Tokenizer.Encode("") is [int own, ..] ? own : null;
        int given = parsed.GetValue(First);
        return given == -1 ? null
            : given >= 0 && given < model.Config.DVocab ? given
            : throw new InputException($"--bos {given} is not a token: give an id in 0..{model.Config.DVocab - 1}, or -1");
    }
}
