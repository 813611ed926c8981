using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Models;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary splice</c>: how well a dictionary stands in for a model's activations.</summary>
static class DictionarySpliceCommand
{
    static readonly Argument<string> Path = new("dictionary") { Description = "The dictionary's folder or file" };
    static readonly Option<string[]> Text = new("--text")
    {
        Description = "A text to measure on; may be given several times",
        Required = true,
    };

    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<string> Reads = new("--reads")
    {
        Description = "The site that is read, where the dictionary's files do not name it: blocks.3.hook_resid_post",
    };

    static readonly Option<string> Writes = new("--writes")
    {
        Description = "The site that is written, where it is another than what is read",
    };

    static readonly Option<string> Layout = new("--layout")
    {
        Description = "The layout, if it cannot be told from the files: " + string.Join(", ", CoderSet.Layouts),
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("splice", """
            Put what a dictionary makes of a model's activations in their place, and measure what is lost.
            The exit code is 0 where it explains something at every site, 1 where the mean would do as well: it belongs elsewhere.

            Example:
              hooke dictionary splice tinyworld-sae --text "While David and Ivan were at the library"
            """)
        {
            Path, Text, Folder, Reads, Writes, Layout,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using CoderSet dictionary = CoderSet.Load(parsed.GetValue(Path)!, parsed.GetValue(Layout));
        using Model model = Model.Load(parsed.FolderOf(Folder));
        Splice splice = new(model, dictionary, parsed.GetValue(Reads), parsed.GetValue(Writes));
        SpliceMeasures measures = splice.Measure(new TokenBatch([.. parsed.GetValue(Text)!
            .Select(text => model.Tokenizer.Encode(text))]));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                tokens = measures.Tokens,
                predictions = measures.Predictions,
                reads = splice.Reads.Select((at, i) => new { site = at.ToString(), l0 = measures.L0[i] }),
                writes = splice.Writes.Select((at, i) => new { site = at.ToString(), fvu = Finite(measures.Fvu[i]) }),
                cross_entropy = measures.CrossEntropy,
                spliced_cross_entropy = Finite(measures.SplicedCrossEntropy),
                ablated_cross_entropy = measures.AblatedCrossEntropy,
                recovered = Finite(measures.Recovered),
                belongs = measures.Belongs,
            });
        else
            Print(splice, measures);
        return measures.Belongs ? Cli.Done : Cli.No;
    }

    static void Print(Splice splice, SpliceMeasures measures)
    {
        Output.Table(["site", "L0", "FVU"], splice.Reads
            .Select((at, i) => (IReadOnlyList<string>)[$"reads {at}", $"{measures.L0[i]:f2}", ""])
            .Concat(splice.Writes.Select((at, i) => (IReadOnlyList<string>)[$"writes {at}", "", $"{measures.Fvu[i]:f4}"])));
        Output.Table(["cross-entropy", "nats per token"],
        [
            ["the model", $"{measures.CrossEntropy:f4}"],
            ["dictionary in place", $"{measures.SplicedCrossEntropy:f4}"],
            ["zeros in place", $"{measures.AblatedCrossEntropy:f4}"],
            ["recovered", $"{measures.Recovered:p1}"],
        ]);
        Console.Out.WriteLine($"measured on {measures.Tokens:n0} tokens, {measures.Predictions:n0} predictions");
        if (!measures.Belongs)
            Console.Out.WriteLine("the dictionary explains less than the mean of all tokens would: it does not belong at "
                + "this site of this model");
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
