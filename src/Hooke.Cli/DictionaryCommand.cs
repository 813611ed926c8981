using System.CommandLine;
using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary</c>: look at published dictionaries, check them, rewrite them in another layout.</summary>
static class DictionaryCommand
{
    static readonly Argument<string> Path = new("dictionary") { Description = "The dictionary's folder or file" };
    static readonly Argument<string> Target = new("to") { Description = "A folder that is not there yet" };
    static readonly Option<string> Reference = new("--reference")
    {
        Description = "A safetensors file of input, feature_acts and output that its makers' program computed",
    };

    static readonly Option<string> Model = new("--model")
    {
        Description = "Folder of a model: put the dictionary into it, and compare its figures with what its files say",
    };

    static readonly Option<string> Text = new("--text")
    {
        Description = "With --model: a text file of prompts, one a line (default: documents of the model's world)",
    };

    static readonly Option<string> Reads = DictionaryOptions.Reads(), Writes = DictionaryOptions.Writes(),
        Layout = DictionaryOptions.Layout();

    static readonly Option<string> To = new("--to")
    {
        Description = "The layout to write: " + string.Join(", ", CoderSet.Layouts),
        Required = true,
    };

    /// <summary>The command with its parts.</summary>
    public static Command Create()
    {
        Command check = new("check", """
            Read a dictionary in whatever layout it is and say what it is; with a reference file, compare what it computes;
            with a model, measure whether it belongs at its sites there, and is what its files say.
            The exit code is 0 where all agrees within 1e-5 and it belongs, 1 where something differs or it does not.

            Examples:
              hooke dictionary check saelens/topk --reference saelens/topk/reference.safetensors
              hooke dictionary check saelens/topk --model gpt2 --text probe.txt
            """)
        {
            Path, Reference, Model, Text, Reads, Writes, Layout,
        };
        check.SetAction(Check);
        Command convert = new("convert", """
            Write a dictionary in another layout, read it back, and say by how much the two differ on the same inputs.
            The exit code is 0 where they agree within 1e-5, 1 where they do not.

            Example:
              hooke dictionary convert saelens/jumprelu gemma --to gemma-scope
            """)
        {
            Path, Target, To, Layout,
        };
        convert.SetAction(Convert);
        return new Command("dictionary", """
            Read sparse autoencoders, transcoders and crosscoders as others publish them, and train them

            Examples:
              hooke dictionary check DIR
              hooke dictionary convert DIR NEW --to saelens
              hooke dictionary splice DIR --text "The capital of France is"
              hooke dictionary measure DIR --svg fvu.svg
              hooke dictionary train --site blocks.1.hook_resid_post --out DIR
              hooke dictionary test DIR
            """)
        {
            check, convert, DictionarySpliceCommand.Create(), DictionaryMeasureCommand.Create(),
            DictionaryCompareCommand.Create(), DictionaryRecoverCommand.Create(), DictionaryTrainCommand.Create(),
            DictionaryTestCommand.Create(),
        };
    }

    static int Check(ParseResult parsed)
    {
        using CoderSet dictionary = CoderSet.Load(parsed.GetValue(Path)!, parsed.GetValue(Layout));
        IReadOnlyList<TensorDifference> differences =
            parsed.GetValue(Reference) is { } reference ? ReferenceCheck.Compare(dictionary, reference) : [];
        DictionaryFit? fit = parsed.GetValue(Model) is { } folder ? FitOf(dictionary, folder, parsed) : null;
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                path = dictionary.Path,
                layout = dictionary.Layout,
                stored = $"{dictionary.StoredType}",
                coders = dictionary.Coders.Select(Described),
                differences = Described(differences),
                figures = fit is null ? null : DictionaryFitTable.Described(fit),
                belongs = fit?.Belongs,
            });
        else
        {
            Console.Out.WriteLine($"{dictionary.Path}: layout {dictionary.Layout}, stored as {dictionary.StoredType}");
            Output.Table(["coder", "kind", "reads", "latents", "writes", "input"], dictionary.Coders.Select(Row));
            Print(differences);
            if (fit is not null)
                DictionaryFitTable.Print(fit);
        }
        return differences.All(difference => difference.Agrees) && fit?.Belongs != false ? Cli.Done : Cli.No;
    }

    static DictionaryFit FitOf(CoderSet dictionary, string folder, ParseResult parsed)
    {
        using Model model = Hooke.Models.Model.Load(folder);
        Splice splice = new(model, dictionary, parsed.GetValue(Reads), parsed.GetValue(Writes));
        return DictionaryFit.Of(splice, DictionaryText.Of(parsed.GetValue(Text), folder, model).Prompts);
    }

    static int Convert(ParseResult parsed)
    {
        string target = parsed.GetValue(Target)!;
        using CoderSet dictionary = CoderSet.Load(parsed.GetValue(Path)!, parsed.GetValue(Layout));
        Conversion conversion = Conversion.Make(dictionary, target, parsed.GetValue(To)!);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                from = new { path = dictionary.Path, layout = dictionary.Layout },
                to = new { path = target, layout = conversion.Layout },
                differences = Described(conversion.Differences),
            });
        else
        {
            Console.Out.WriteLine($"{target}: layout {conversion.Layout}, from {dictionary.Path} of layout {dictionary.Layout}");
            Print(conversion.Differences);
        }
        return conversion.Differences.All(difference => difference.Agrees) ? Cli.Done : Cli.No;
    }

    static object Described(SparseCoder coder) => new
    {
        role = coder.Config.Role,
        kind = $"{coder.Config.Kind}",
        d_in = coder.Config.DIn,
        n_latents = coder.Config.NLatents,
        k = coder.Config.K,
        reads = coder.Config.Inputs.Select(site => new { site = site.Name, width = site.Width }),
        writes = coder.Config.Outputs.Select(site => new { site = site.Name, width = site.Width }),
        subtracts_decoder_bias = coder.Config.SubtractsDecoderBias,
        scaling = $"{coder.Config.Scaling}",
        scales_by_decoder_norm = coder.Config.ScalesByDecoderNorm,
        flattens_heads = coder.Config.FlattensHeads,
        is_rectified = coder.Config.IsRectified,
        skips = coder.Weights.Decoders.Any(decoder => decoder.Skip is not null),
    };

    static object[] Described(IReadOnlyList<TensorDifference> differences) =>
    [
        .. differences.Select(difference => new
        {
            what = difference.What,
            largest = double.IsFinite(difference.Largest) ? difference.Largest : (double?)null,
            scale = difference.Scale,
            agrees = difference.Agrees,
        }),
    ];

    static IReadOnlyList<string> Row(SparseCoder coder)
    {
        CoderConfig config = coder.Config;
        string k = config.K is int count && config.Kind is CoderKind.TopK or CoderKind.GroupMax
            ? string.Create(CultureInfo.InvariantCulture, $" k={config.K}")
            : "";
        string[] input =
        [
            .. config.SubtractsDecoderBias ? ["less b_dec"] : (string[])[],
            .. config.Scaling != InputScaling.None ? [$"{config.Scaling}"] : (string[])[],
            .. config.FlattensHeads ? ["heads flattened"] : (string[])[],
            .. coder.Weights.Decoders.Any(decoder => decoder.Skip is not null) ? ["skips to the output"] : (string[])[],
        ];
        return
        [
            config.Role, $"{config.Kind}{k}", string.Join(", ", config.Inputs), $"{config.NLatents:n0}",
                string.Join(", ", config.Outputs),
            input.Length == 0 ? "as it is" : string.Join(", ", input),
        ];
    }

    static void Print(IReadOnlyList<TensorDifference> differences)
    {
        if (differences.Count == 0)
            return;
        Output.Table(["compared", "largest difference", "largest number", "agrees"], differences
            .Select(difference => (IReadOnlyList<string>)
            [difference.What, $"{difference.Largest:g3}", $"{difference.Scale:g3}", difference.Agrees ? "yes" : "NO"]));
    }
}
