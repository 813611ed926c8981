using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary measure</c>: how well dictionaries stand in for a model's activations, side by side.</summary>
static class DictionaryMeasureCommand
{
    static readonly Argument<string[]> Paths = new("dictionaries")
    {
        Description = "Folders or files of dictionaries",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<string> Text = new("--text")
    {
        Description = "A text file of prompts, one a line (default: documents of the model's world that it was not trained on)",
    };

    static readonly Option<string> Folder = ModelOption.Create();
    static readonly Option<string> Reads = DictionaryOptions.Reads(), Writes = DictionaryOptions.Writes(),
        Layout = DictionaryOptions.Layout();

    static readonly Option<bool> Special = new("--special")
    {
        Description = "Measure and replace special tokens too, which the model otherwise keeps as they are",
    };

    static readonly Option<bool> NoRuns = new("--no-runs")
    {
        Description = "Leave out the runs with something in place of the activations: no cross-entropy, no divergence",
    };

    static readonly Option<string> Svg = new("--svg") { Description = "Draw FVU against L0 into this SVG file" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("measure", """
            Measure dictionaries on a model: how sparse they are, what they reconstruct, what is lost with them in place,
            how many of their latents are dead or dense; each with a 95 % interval over prompts.

            Examples:
              hooke dictionary measure DIR
              hooke dictionary measure DIR-16 DIR-32 DIR-64 --svg fvu.svg
            """)
        {
            Paths, Text, Folder, Reads, Writes, Layout, Special, NoRuns, Svg,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string folder = parsed.FolderOf(Folder);
        using Model model = Model.Load(folder);
        DictionaryText text = DictionaryText.Of(parsed.GetValue(Text), folder, model);
        List<(string Name, DictionaryMeasures Measures)> measured = [];
        foreach (string path in parsed.GetValue(Paths)!)
        {
            using CoderSet dictionary = CoderSet.Load(path, parsed.GetValue(Layout));
            Splice splice = new(model, dictionary, parsed.GetValue(Reads), parsed.GetValue(Writes));
            measured.Add((path, DictionaryMeasures.Of(
                splice, text.Prompts, countsSpecial: parsed.GetValue(Special), runs: !parsed.GetValue(NoRuns))));
        }
        if (parsed.GetValue(Svg) is { } svg)
            PictureFile.Write(svg, Drawing.File("FVU against L0", ScatterFigure.Drawing(Chart(measured))));
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                text = text.Name,
                interval = DictionaryMeasures.Method,
                dictionaries = measured.Select(one => DictionaryTables.Described(one.Name, one.Measures)),
            });
        else
            DictionaryTables.Print(text.Name, measured);
        return Cli.Done;
    }

    // Of a set, the mean over its coders or sites; their intervals are of each, and have no mean.
    static ScatterChart Chart(IReadOnlyList<(string Name, DictionaryMeasures Measures)> measured) => new(
        "FVU against L0", "L0, mean active latents of a token", "fraction of variance unexplained",
        [.. measured.Select(one => new ScatterPoint(
            System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(one.Name)),
            Spread([.. one.Measures.Latents.Select(latents => latents.L0)]),
            Spread([.. one.Measures.Sites.Select(site => site.Fvu)])))]);

    static Spread Spread(Measured[] all) => all is [var only] ? new(only.Value, only.Low, only.High)
        : new(all.Average(one => one.Value), double.NaN, double.NaN);
}
