using System.CommandLine;
using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Studies;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke superposition</c>: how directions share dimensions, and how many things a neuron responds to.</summary>
static class SuperpositionCommand
{
    const int Documents = 400, Shown = 12;

    static readonly Option<string> Dictionary = new("--dictionary")
    {
        Description = "Measure the decoder rows of this dictionary",
    };


    static readonly Option<string> Weights = new("--weights")
    {
        Description = "Measure the rows of a matrix of the model, such as embed.W_E",
    };

    static readonly Option<bool> Columns = new("--columns") { Description = "Its columns in place of its rows" };

    static readonly Option<string> Site = new("--site")
    {
        Description = "Measure the mean activation of each token at a site, such as blocks.2.mlp.hook_post",
    };

    static readonly Option<string[]> Text = new("--text")
    {
        Description = "A text to read the site on; several may be given (default: text of the world the model was trained on)",
    };

    static readonly Option<int> Least = new("--least")
    {
        Description = "A token must be read this often to be a class",
        DefaultValueFactory = _ => 5,
    };

    static readonly Option<string> Folder = ModelOption.Create();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("superposition", """
            Say how far directions share the dimensions they lie in: the latents of a dictionary, the rows of a weight, or what
            tells tokens apart at a site; and of a site's units, to how many tokens each responds.

            Examples:
              hooke superposition --weights embed.W_E
              hooke superposition --dictionary DIR
              hooke superposition --site blocks.2.mlp.hook_post
            """)
        {
            Dictionary, Weights, Columns, Site, Text, Least, Folder,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        string?[] asked = [parsed.GetValue(Dictionary), parsed.GetValue(Weights), parsed.GetValue(Site)];
        if (asked.Count(text => text is not null) != 1)
            throw new InputException("say what to measure: one of --dictionary, --weights and --site");
        if (asked[2] is { } site)
            return OfSite(parsed, Address.Parse(site).Whole);
        using CoderSet? dictionary = asked[0] is { } path ? CoderSet.Load(path) : null;
        using Model? model = asked[1] is null ? null : Model.Load(parsed.FolderOf(Folder));
        IReadOnlyList<FeatureDirections> directions = dictionary is not null
            ? FeatureDirections.Of(dictionary)
            : [FeatureDirections.Of(model!, asked[1]!, parsed.GetValue(Columns))];
        (string Name, DirectionMeasures Measures)[] measured =
            [.. directions.Select(some => (some.Name, new DirectionMeasures(some.Directions)))];
        foreach (FeatureDirections some in directions)
            some.Dispose();
        if (parsed.GetValue(Cli.Json))
            Output.Json(new { directions = measured.Select(m => Described(m.Name, m.Measures)) });
        else
            Print(measured);
        return Cli.Done;
    }

    static int OfSite(ParseResult parsed, Address site)
    {
        string folder = parsed.FolderOf(Folder);
        string[] texts = parsed.GetValue(Text) is { Length: > 0 } given ? given : Told(folder);
        using Model model = Model.Load(folder);
        using TokenClasses classes = TokenClasses.Read(model, site, texts, Cli.Count(parsed, Least, 1_000_000));
        using FeatureDirections directions = classes.Directions($"tokens at {site}");
        DirectionMeasures measures = new(directions.Directions);
        IReadOnlyList<UnitClasses> units = UnitClasses.Of(classes.Means);
        string TokenOf(int c) => model.Tokenizer.TokenText(classes.Tokens[c]);
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                directions = new[] { Described(directions.Name, measures) },
                classes = classes.Tokens.Select((token, c) => new { id = token, token = TokenOf(c), count = classes.Counts[c] }),
                units = units.Select(unit => new
                {
                    unit.Unit,
                    responds_to = unit.Responding.Select(TokenOf),
                    effective_classes = unit.Effective,
                    unit.Strongest,
                }),
            });
        else
        {
            Print([(directions.Name, measures)]);
            Print(units, TokenOf);
        }
        return Cli.Done;
    }

    static string[] Told(string folder)
    {
        World world = TinyworldFolder.LoadWorld(folder);
        return [.. Enumerable.Range(0, Documents).Select(i => world.Document(seed: 1, i))];
    }

    static void Print(IReadOnlyList<(string Name, DirectionMeasures Measures)> measured) => Output.Table(
        ["directions", "n", "d", "effective d", "‖W‖²/d", "mean D", "ΣD/d", "interference", "cos²", "random", "least"],
        measured.Select(m => (IReadOnlyList<string>)
        [
            m.Name, $"{m.Measures.Count}", $"{m.Measures.Dimensions}", Text3(m.Measures.EffectiveDimensions),
            Text3(m.Measures.FeaturesPerDimension), Text3(m.Measures.Dimensionalities.Average()),
            Text3(m.Measures.Dimensionalities.Sum() / m.Measures.Dimensions), Text3(m.Measures.Interferences.Average()),
            Text3(m.Measures.MeanSquaredCosine), Text3(1.0 / m.Measures.Dimensions), Text3(m.Measures.LeastMeanSquaredCosine),
        ]));

    static void Print(IReadOnlyList<UnitClasses> units, Func<int, string> tokenOf)
    {
        int[] counts = [.. units.Select(unit => unit.Responding.Count).Order()];
        (int single, int median) = (counts.Count(count => count == 1), counts[counts.Length / 2]);
        Output.Text(string.Create(CultureInfo.InvariantCulture, $"""
            units that respond to one token: {single} of {counts.Length}; median {median}
            tokens; mean effective number {units.Average(unit => unit.Effective):0.#}
            """));
        Output.Table(["unit", "tokens", "effective", "strongest", "responds to"], units
            .OrderByDescending(unit => unit.Strongest).ThenBy(unit => unit.Unit).Take(Shown)
            .Select(unit => (IReadOnlyList<string>)
            [
                $"{unit.Unit}", $"{unit.Responding.Count}", Text3(unit.Effective), Text3(unit.Strongest),
                string.Join(", ", unit.Responding.Take(6).Select(tokenOf)) + (unit.Responding.Count > 6 ? ", …" : ""),
            ]));
    }

    static object Described(string name, DirectionMeasures measures) => new
    {
        name,
        count = measures.Count,
        dimensions = measures.Dimensions,
        effective_dimensions = measures.EffectiveDimensions,
        features_per_dimension = measures.FeaturesPerDimension,
        mean_squared_cosine = measures.MeanSquaredCosine,
        least_mean_squared_cosine = measures.LeastMeanSquaredCosine,
        norms = measures.Norms,
        dimensionalities = measures.Dimensionalities,
        interferences = measures.Interferences,
        features_per_neuron = measures.FeaturesPerNeuron,
    };

    static string Text3(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
