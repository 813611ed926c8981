using System.Globalization;
using Hooke.Dictionaries;

namespace Hooke.Cli;

/// <summary>Whether a dictionary belongs where it is, figure by figure.</summary>
static class DictionaryFitTable
{
    /// <summary>Prints the figures with what they must be, and the verdict.</summary>
    public static void Print(DictionaryFit fit)
    {
        Output.Table(["figure", "measured", "stated", "must be", "is"], fit.Figures.Select(figure => (IReadOnlyList<string>)
        [
            figure.What, DictionaryTables.Text(figure.Measured),
            figure.Stated is double stated ? stated.ToString("g4", CultureInfo.InvariantCulture) : "",
            figure.Asked, figure.Passes ? "yes" : "NO",
        ]));
        Console.Out.WriteLine(fit.Stated is { } source ? $"stated by {source.Source}" : "its files state no figures");
        PrintVerdict(fit);
    }

    /// <summary>Prints what speaks against the dictionary, if anything does.</summary>
    public static void PrintVerdict(DictionaryFit fit)
    {
        if (!fit.Belongs)
            Console.Out.WriteLine("the dictionary does not belong at this site of this model: "
                + string.Join("; ", fit.Figures.Where(figure => !figure.Passes)));
    }

    /// <summary>The figures, for JSON.</summary>
    public static IEnumerable<object> Described(DictionaryFit fit) => fit.Figures.Select(figure => new
    {
        what = figure.What,
        measured = DictionaryTables.Described(figure.Measured),
        stated = figure.Stated is double stated && double.IsFinite(stated) ? figure.Stated : null,
        must_be = figure.Asked,
        passes = figure.Passes,
    });
}
