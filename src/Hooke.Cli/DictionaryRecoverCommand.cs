using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary><c>hooke dictionary recover</c>: what training finds where the truth is known.</summary>
static class DictionaryRecoverCommand
{
    static readonly Option<int> Features = Number("--features", 96, "How many true features there are");
    static readonly Option<int> Width = Number("--width", 48, "How wide activations are");
    static readonly Option<int> Latents = Number("--latents", 128, "How many latents are trained");
    static readonly Option<int> K = Number("--k", 4, "How many of them are active for an input");
    static readonly Option<int> Steps = Number("--steps", 2000, "How many batches are learnt from");
    static readonly Option<int> Batch = Number("--batch", 512, "Activations of a batch");

    static readonly Option<double> Active = new("--active")
    {
        Description = "How many features are active in an activation, on average",
        DefaultValueFactory = _ => 3,
    };

    static readonly Option<string> Kind = new("--kind")
    {
        Description = "How pre-activations become latents: topk or batchtopk",
        DefaultValueFactory = _ => "topk",
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of the features, of the activations and of the training",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("recover", """
            Make activations of known sparse features, train a dictionary on them, and pair what it found with what there is.

            Example:
              hooke dictionary recover --features 96 --width 48
            """)
        {
            Features, Width, Active, Latents, Kind, K, Steps, Batch, Seed,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        CoderKind kind = parsed.GetValue(Kind) switch
        {
            "topk" => CoderKind.TopK,
            "batchtopk" => CoderKind.BatchTopK,
            string other => throw new InputException($"--kind {other} is neither topk nor batchtopk"),
            null => CoderKind.TopK,
        };
        const int Most = 1_000_000;
        TrainingRecipe recipe = new()
        {
            Kind = kind,
            NLatents = Cli.Count(parsed, Latents, Most),
            Steps = Cli.Count(parsed, Steps, Most),
            K = Cli.Count(parsed, K, Most),
            Seed = parsed.GetValue(Seed),
            Revival = new(DeadAfter: 50_000),
            Optimizer = new(LearningRate: 2e-3f, WarmUpSteps: 50),
            Decoder = new(InitialNorm: 1, UnitNorm: true),
        };
        using SyntheticFeatures truth = new(
            Cli.Count(parsed, Features, Most), Cli.Count(parsed, Width, Most), parsed.GetValue(Active), recipe.Seed);
        SyntheticRecovery recovery = SyntheticRecovery.Of(truth, recipe, Cli.Count(parsed, Batch, Most));
        DictionaryMatch match = recovery.Match;
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                features = match.Count,
                latents = match.OtherCount,
                cosine = DictionaryTables.Described(match.Cosine),
                found = DictionaryTables.Described(match.Shared),
                nearest = DictionaryTables.Described(match.Nearest),
                fvu = recovery.Unexplained,
                l0 = recovery.L0,
                cosines = match.Cosines,
            });
        else
        {
            Output.Table(
                ["features", "latents", "cosine of pairs", $"cosine ≥ {DictionaryMatch.SharedCosine}", "nearest", "FVU", "L0"],
            [[$"{match.Count:n0}", $"{match.OtherCount:n0}", DictionaryTables.Text(match.Cosine), $"{match.Shared.Value:p1}",
                DictionaryTables.Text(match.Nearest), $"{recovery.Unexplained:f4}", $"{recovery.L0:f2}"]]);
            Console.Out.WriteLine("features paired one to one with latents; in brackets: 95 % over features; "
                + "FVU and L0 of the last batch");
        }
        return Cli.Done;
    }

    static Option<int> Number(string name, int otherwise, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => otherwise,
    };
}
