using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary test</c>: do a dictionary's latents stand for what the model's world is known to hold?</summary>
static class DictionaryTestCommand
{
    static readonly Argument<string> Path = new("dictionary") { Description = "The dictionary's folder or file" };
    static readonly Option<string> Folder = ModelOption.Create();

    static readonly Option<string[]> Only = new("--test")
    {
        Description = "A test to run, in place of all; may be given several times: " + string.Join(", ", DictionaryTesting.Tests),
    };

    static readonly Option<string> Reads = new("--reads")
    {
        Description = "The site that is read: of a set, which of its coders is tested; else where the files do not name it",
    };

    static readonly Option<string> Writes = DictionaryOptions.Writes(), Layout = DictionaryOptions.Layout();

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Of prompts, splits, random directions and intervals",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("test", """
            Test a dictionary's latents on what the model's world is known to hold: sparse probing, feature absorption,
            spurious-correlation removal, targeted perturbation, disentanglement of attributes, unlearning of the private record.
            Beside each score stand those of neurons, principal components and random directions at the same site.

            Examples:
              hooke dictionary test tinyworld-sae
              hooke dictionary test tinyworld-sae --test sparse-probing --test absorption --json
            """)
        {
            Path, Folder, Only, Reads, Writes, Seed, Layout,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string folder = parsed.FolderOf(Folder);
        ulong seed = parsed.GetValue(Seed);
        using CoderSet dictionary = CoderSet.Load(parsed.GetValue(Path)!, parsed.GetValue(Layout));
        World world = TinyworldFolder.LoadWorld(folder);
        using Model model = Model.Load(folder);
        LatentPlace place = Place(model, dictionary, parsed.GetValue(Reads), parsed.GetValue(Writes));
        DictionaryReport report = DictionaryTesting.Run(
            place, world, parsed.GetValue(Only) ?? [], seed, Console.Error.WriteLine);
        if (parsed.GetValue(Cli.Json))
            Output.Json(Described(report, seed));
        else
            Print(report, seed);
        return Cli.Done;
    }

    static LatentPlace Place(Model model, CoderSet dictionary, string? reads, string? writes)
    {
        if (dictionary.Coders.Count == 1)
            return new LatentPlace(model, dictionary.Coders[0], reads, writes);
        string?[] sites = [.. dictionary.Coders.Select(coder => coder.Config.Inputs[0].Name)];
        int chosen = reads is null ? -1 : Array.IndexOf(sites, reads);
        return chosen >= 0 ? new LatentPlace(model, dictionary.Coders[chosen]) : throw new InputException(
            $"the dictionary is a set of {sites.Length} coders, which are tested one at a time: choose one with --reads, of "
            + string.Join(", ", sites.Select(site => site ?? "a site that the files do not name")));
    }

    static object Described(DictionaryReport report, ulong seed) => new
    {
        reads = report.Reads.ToString(),
        writes = report.Writes.ToString(),
        n_latents = report.NLatents,
        l0 = report.L0,
        seed,
        interval = Bootstrap.Method,
        scores = report.Scores.Select(score => new
        {
            test = score.Test,
            what = score.What,
            latents = score.Latents,
            coder = score.Coder,
            value = score.Value.Value,
            low = score.Value.Low,
            high = score.Value.High,
            n = score.Value.N,
            note = score.Note,
        }),
        left_out = report.LeftOut,
    };

    static void Print(DictionaryReport report, ulong seed)
    {
        Output.Text($"{report.NLatents:n0} latents, {report.L0:f1} of them active at a token; reads {report.Reads}, writes "
            + $"{report.Writes}");
        foreach (IGrouping<string, DictionaryScore> test in report.Scores.Where(score => score.IsShown)
            .GroupBy(score => score.Test))
        {
            string[] coders = [.. DictionaryTesting.Coders.Where(coder => test.Any(score => score.Coder == coder))];
            Output.Table([test.Key, "latents", "n", .. coders], test.GroupBy(score => (score.What, score.Latents)).Select(row =>
                (IReadOnlyList<string>)
                [
                    row.Key.What, row.Key.Latents is { } latents ? $"{latents}" : "", $"{row.Max(score => score.Value.N)}",
                    .. coders.Select(coder => row.FirstOrDefault(score => score.Coder == coder)?.Value.ToString() ?? ""),
                ]));
            foreach (string note in test.Where(score => score.Note is not null)
                .Select(score => $"{score.Coder}: {score.Note}").Distinct())
                Output.Text($"  {note}");
        }
        foreach (string left in report.LeftOut)
            Output.Text($"left out, {left}");
        Output.Text($"seed {seed}; {Bootstrap.Method.Replace("prompts", "n", StringComparison.Ordinal)}");
    }
}
