using System.CommandLine;
using System.Globalization;
using Hooke.Studies;

namespace Hooke.Cli;

/// <summary><c>hooke toy superposition</c>: toy models that store more features than they have dimensions.</summary>
static class ToyCommand
{
    static readonly SuperpositionRequest Usual = new();

    static readonly Option<string> Figures = new("--figures") { Description = "Write index.html and SVG figures to this folder" };
    static readonly Option<int> Features = Number("--features", "Features of the sweep over sparsity", Usual.Features);
    static readonly Option<int> Hidden = Number("--hidden", "Dimensions that they share", Usual.Hidden);
    static readonly Option<int> Steps = Number("--steps", "Training steps of each model", Usual.Steps);
    static readonly Option<int> Seed = Number("--seed", "First weights and data follow from it", (int)Usual.Seed);

    static readonly Option<int> Side = Number(
        "--phase-side", "Sparsities and importances of the phase diagram", Usual.PhaseSide);

    /// <summary>The command with its part.</summary>
    public static Command Create()
    {
        Command superposition = new("superposition", """
            Train toy models x̂ = ReLU(Wᵀ W x + b) over sparsities and importances, and say how many features they store in a
            dimension, in which shapes, and where theory puts the border between storing one feature and storing two.

            Example:
              hooke toy superposition --figures toy
            """)
        {
            Figures, Features, Hidden, Steps, Seed, Side,
        };
        superposition.SetAction(Run);
        return new Command("toy", """
            Small models in which a question of interpretability can be answered whole

            Example:
              hooke toy superposition --figures toy
            """)
        {
            superposition,
        };
    }

    static int Run(ParseResult parsed)
    {
        SuperpositionRequest request = Usual with
        {
            Features = Cli.Count(parsed, Features, 1000),
            Hidden = Cli.Count(parsed, Hidden, 200),
            Steps = Cli.Count(parsed, Steps, 1_000_000),
            PhaseSide = Cli.Count(parsed, Side, 50),
            Seed = (ulong)Cli.Count(parsed, Seed, int.MaxValue),
        };
        string? folder = parsed.GetValue(Figures);
        if (folder is not null)
            Directory.CreateDirectory(folder);
        using SuperpositionStudy study = Trained(request);
        if (folder is not null)
            Draw(study, folder);
        if (parsed.GetValue(Cli.Json))
            Output.Json(Described(study));
        else
            Print(study);
        return Cli.Done;
    }

    static SuperpositionStudy Trained(SuperpositionRequest request)
    {
        long shown = -1;
        return SuperpositionStudy.Run(request, (done, all) =>
        {
            long percent = 100L * done / all;
            if (percent / 10 > Interlocked.Exchange(ref shown, percent / 10))
                Console.Error.WriteLine($"trained {done} of {all} models");
        });
    }

    static void Print(SuperpositionStudy study)
    {
        foreach (SparsitySweep sweep in study.Sweeps)
        {
            Output.Text(string.Create(CultureInfo.InvariantCulture, $"""

                {study.Request.Features} features in {study.Request.Hidden} dimensions, importance {sweep.Decay}^i
                """));
            Output.Table(["1/(1-S)", "loss", "features/dimension", "represented", "mean D", "D by shape", "shapes"],
                sweep.Points.Select(Row));
        }
        Output.Text("\nFive features in a plane, importance 0.9^i");
        Output.Table(["1/(1-S)", "loss", "represented", "D", "shapes"], study.Plane.Select(PlaneRow));
        PhaseDiagram phases = study.Phases;
        Output.Text(string.Create(CultureInfo.InvariantCulture, $"""

            Phases of two features in one dimension: training finds the phase of least expected loss in {phases.Agreement:p0} of
            {phases.Densities.Count} x {phases.Importances.Count} cells
            """));
    }

    static IReadOnlyList<string> Row(MeasuredToy point) =>
    [
        Inverse(point.Toy), Text(point.Toy.Loss), Text(point.Measures.FeaturesPerDimension), $"{point.Represented.Count()}",
        Text(point.Represented.Select(i => point.Measures.Dimensionalities[i]).DefaultIfEmpty(0).Average()),
        StickyValues.Describe(point), Shapes(point.Groups),
    ];

    static IReadOnlyList<string> PlaneRow(MeasuredToy point) =>
    [
        Inverse(point.Toy), Text(point.Toy.Loss), $"{point.Represented.Count()}",
        string.Join(" ", point.Measures.Dimensionalities.Select(Text)), Shapes(point.Groups),
    ];

    static string Shapes(IReadOnlyList<FeatureGroup> groups) => string.Join(", ", groups
        .GroupBy(group => group.Shape?.Name ?? $"{group.Features.Count} in {group.Dimensions}")
        .OrderByDescending(same => same.Sum(group => group.Features.Count))
        .Select(same => $"{same.Count()} {same.Key}"));

    static string Inverse(TrainedToy toy) => Text(1 / (1 - toy.Settings.Sparsity));

    static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    static object Described(SuperpositionStudy study) => new
    {
        features = study.Request.Features,
        hidden = study.Request.Hidden,
        steps = study.Request.Steps,
        seed = study.Request.Seed,
        sweeps = study.Sweeps.Select(sweep => new { importance_decay = sweep.Decay, points = sweep.Points.Select(Described) }),
        plane = study.Plane.Select(Described),
        phases = new
        {
            agreement = study.Phases.Agreement,
            densities = study.Phases.Densities,
            importances = study.Phases.Importances,
            cells = study.Phases.Cells,
        },
    };

    static object Described(MeasuredToy point) => new
    {
        sparsity = point.Toy.Settings.Sparsity,
        loss = point.Toy.Loss,
        features_per_dimension = point.Measures.FeaturesPerDimension,
        norms = point.Measures.Norms,
        dimensionalities = point.Measures.Dimensionalities,
        groups = point.Groups.Select(group => new { group.Features, group.Dimensions, shape = group.Shape?.Name }),
    };

    static void Draw(SuperpositionStudy study, string folder)
    {
        PictureFile.Write(Path.Combine(folder, "index.html"), ToyPage.Of(study));
        foreach ((string file, string svg) in ToyPage.Drawings(study))
            PictureFile.Write(Path.Combine(folder, file), svg);
    }

    static Option<int> Number(string name, string description, int usual) =>
        new(name) { Description = description, DefaultValueFactory = _ => usual };
}
