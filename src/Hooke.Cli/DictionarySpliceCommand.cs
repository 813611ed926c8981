using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Models;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary splice</c>: what a dictionary loses on a few texts at hand, and whether it belongs.</summary>
static class DictionarySpliceCommand
{
    static readonly Argument<string> Path = new("dictionary") { Description = "The dictionary's folder or file" };
    static readonly Option<string[]> Text = new("--text")
    {
        Description = "A text to measure on; may be given several times",
        Required = true,
    };

    static readonly Option<string> Folder = ModelOption.Create();
    static readonly Option<string> Reads = DictionaryOptions.Reads(), Writes = DictionaryOptions.Writes(),
        Layout = DictionaryOptions.Layout();

    static readonly Option<bool> Errors = new("--errors")
    {
        Description = "Say what is left with the error terms added: what the dictionary misses on the plain run",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("splice", """
            Put what a dictionary makes of a model's activations in their place, and measure what is lost.
            The exit code is 0 where the dictionary belongs there, 1 where it does not: where the mean explains as much, where
            the model predicts worse than with an ablation, or where its figures are far from what its files say.

            Example:
              hooke dictionary splice tinyworld-sae --text "While David and Ivan were at the library"
            """)
        {
            Path, Text, Folder, Reads, Writes, Layout, Errors,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using CoderSet dictionary = CoderSet.Load(parsed.GetValue(Path)!, parsed.GetValue(Layout));
        using Model model = Model.Load(parsed.FolderOf(Folder));
        Splice splice = new(model, dictionary, parsed.GetValue(Reads), parsed.GetValue(Writes));
        int[][] prompts = [.. parsed.GetValue(Text)!.Select(text => model.Tokenizer.Encode(text))];
        DictionaryFit fit = DictionaryFit.Of(splice, prompts);
        if (fit.Measures.Losses.Count == 0)
            throw new Hooke.Tensors.InputException("no text has two tokens that are not special, so that there is no next token "
                + "to predict; give a longer text");
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                measures = DictionaryTables.Described(dictionary.Path, fit.Measures),
                figures = DictionaryFitTable.Described(fit),
                belongs = fit.Belongs,
            });
        else
            Print(fit, parsed.GetValue(Errors));
        return fit.Belongs ? Cli.Done : Cli.No;
    }

    static void Print(DictionaryFit fit, bool withErrors)
    {
        DictionaryMeasures measures = fit.Measures;
        Output.Table(["site", "L0", "FVU"], measures.Latents
            .Select(latents => (IReadOnlyList<string>)[$"reads {latents.At}", DictionaryTables.Text(latents.L0), ""])
            .Concat(measures.Sites.Select(site => (IReadOnlyList<string>)
                [$"writes {site.At}", "", DictionaryTables.Text(site.Fvu)])));
        Output.Table(["in place", "cross-entropy (nats)", "KL from the model (nats)", "recovered over zeros"], measures.Losses
            .Where(losses => withErrors || losses.InPlace != InPlace.DictionaryAndErrors)
            .Select(losses => (IReadOnlyList<string>)[DictionaryTables.Words(losses.InPlace),
                DictionaryTables.Text(losses.CrossEntropy), DictionaryTables.Text(losses.Divergence),
                $"{losses.CrossEntropyOverZeros.Value:p1}"]));
        Console.Out.WriteLine($"measured on {measures.Sites[0].Fvu.N:n0} tokens, "
            + $"{measures.Losses[0].CrossEntropy.N:n0} predictions"
            + (measures.SpecialTokens > 0 ? "; special tokens left out" : ""));
        DictionaryFitTable.PrintVerdict(fit);
    }
}
