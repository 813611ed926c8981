using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary compare</c>: which latents two dictionaries have in common.</summary>
static class DictionaryCompareCommand
{
    static readonly Argument<string> First = new("first") { Description = "A dictionary's folder or file" };
    static readonly Argument<string> Second = new("second") { Description = "Another's, such as of another seed" };
    static readonly Option<string> Layout = DictionaryOptions.Layout();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("compare", """
            Pair the latents of two dictionaries by the directions that they write: how many they share, and how close they are.
            Of two seeds of one training, this says how stable it is.

            Example:
              hooke dictionary compare seed-1 seed-2
            """)
        {
            First, Second, Layout,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        using CoderSet first = CoderSet.Load(parsed.GetValue(First)!, parsed.GetValue(Layout)),
            second = CoderSet.Load(parsed.GetValue(Second)!, parsed.GetValue(Layout));
        if (first.Coders.Count != second.Coders.Count)
            throw new InputException($"{first.Path} has {first.Coders.Count} coders, {second.Path} {second.Coders.Count}; "
                + "only sets of as many can be compared");
        DictionaryMatch[] matches = [.. first.Coders.Zip(second.Coders, DictionaryMatch.Of)];
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                first = first.Path,
                second = second.Path,
                coders = matches.Select((match, i) => Described(first.Coders[i], match)),
            });
        else
            Print(first, matches);
        return Cli.Done;
    }

    static void Print(CoderSet first, DictionaryMatch[] matches)
    {
        Output.Table(
            ["writes", "latents", "pairs", "their cosine", $"cosine ≥ {DictionaryMatch.SharedCosine}", "nearest", "nearest back"],
            matches.Select((match, i) => (IReadOnlyList<string>)
            [
                string.Join(", ", first.Coders[i].Config.Outputs.Select(site => site.Name ?? "?")),
                $"{match.Count:n0}, {match.OtherCount:n0}",
                $"{match.Pairs:n0}", DictionaryTables.Text(match.Cosine), $"{match.Shared.Value:p1}",
                DictionaryTables.Text(match.Nearest), DictionaryTables.Text(match.NearestBack),
            ]));
        Console.Out.WriteLine(matches[0].Kind == MatchKind.Optimal
            ? "paired one to one, with the largest sum of cosines there is; in brackets: 95 % over latents"
            : "paired where each is the other's nearest, for there are too many for the best pairing; in brackets: 95 % over "
            + "latents");
    }

    static object Described(SparseCoder coder, DictionaryMatch match) => new
    {
        writes = coder.Config.Outputs.Select(site => site.Name),
        paired = match.Kind == MatchKind.Optimal ? "optimal" : "mutual_best",
        latents = match.Count,
        other_latents = match.OtherCount,
        pairs = match.Pairs,
        cosine = DictionaryTables.Described(match.Cosine),
        shared = DictionaryTables.Described(match.Shared),
        nearest = DictionaryTables.Described(match.Nearest),
        nearest_back = DictionaryTables.Described(match.NearestBack),
        partners = match.Partners,
        cosines = match.Cosines,
    };
}
