using System.CommandLine;
using Hooke.Dictionaries;
using Hooke.Studies;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>The options of <c>hooke dictionary train</c> in place of a manifest, and the manifest that they make.</summary>
static class TrainingOptions
{
    static readonly Option<string[]> Site = new("--site")
    {
        Description = "A site to read; may be given several times, for a dictionary of each: blocks.1.hook_resid_post",
    };

    static readonly Option<string[]> Writes = new("--writes")
    {
        Description = "The site that a transcoder writes; one for each --site",
    };

    static readonly CoderKind[] Kinds =
        [CoderKind.Relu, CoderKind.Gated, CoderKind.TopK, CoderKind.BatchTopK, CoderKind.JumpRelu];

    static readonly Option<string> Kind = new("--kind")
    {
        Description = $"One of {string.Join(", ", Kinds)}; BatchTopK is written as the JumpRelu that it is evaluated as",
        DefaultValueFactory = _ => $"{CoderKind.BatchTopK}",
    };

    static readonly Option<int> Latents = new("--latents") { Description = "Latents", DefaultValueFactory = _ => 1024 };
    static readonly Option<int> K = new("--k")
    {
        Description = "Latents active for a token: of TopK exactly, of BatchTopK on average; JumpRelu's thresholds aim at it",
        DefaultValueFactory = _ => 16,
    };

    static readonly Option<float?> Sparsity = new("--sparsity")
    {
        Description = "What activity costs, of Relu and Gated (L1; default: 3), or the distance of JumpRelu's L0 from --k "
            + "(default: 10)",
    };

    static readonly Option<int> Tokens = new("--tokens")
    {
        Description = "Tokens to learn from",
        DefaultValueFactory = _ => 2_000_000,
    };

    static readonly Option<int> Batch = new("--batch") { Description = "Tokens of a step", DefaultValueFactory = _ => 1024 };
    static readonly Option<int> Buffer = new("--buffer")
    {
        Description = "Most tokens in the shuffle buffer, whose memory is said before it begins",
        DefaultValueFactory = _ => 65_536,
    };

    static readonly Option<float> LearningRate = new("--learning-rate")
    {
        Description = "Adam's learning rate; it warms up over a twentieth of the steps and falls to 0 over the last fifth",
        DefaultValueFactory = _ => 1e-3f,
    };

    static readonly Option<float> EndToEnd = new("--end-to-end")
    {
        Description = "Weight of the divergence of the model's next tokens with the dictionary in place; 0 for none",
    };

    static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Seed of first weights, order and text",
        DefaultValueFactory = _ => 2,
    };

    static readonly Option<string[]> Text = new("--text")
    {
        Description = "A file of plain text; may be given several times (default: documents of the model's own world)",
    };

    static readonly Option<int> Context = new("--context")
    {
        Description = "Tokens of a sequence cut from --text",
        DefaultValueFactory = _ => 64,
    };

    /// <summary>Gives a command these options.</summary>
    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])
            [Site, Writes, Kind, Latents, K, Sparsity, Tokens, Batch, Buffer, LearningRate, EndToEnd, Seed, Text, Context])
            command.Add(option);
    }

    /// <summary>The manifest that the options make.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="models">The models' folders.</param>
    /// <param name="folder">Where the manifest goes.</param>
    /// <exception cref="InputException">There is no site, or the options do not fit.</exception>
    public static TrainingManifest Manifest(ParseResult parsed, string[] models, string folder)
    {
        string[] sites = parsed.GetValue(Site) ?? [], writes = parsed.GetValue(Writes) ?? [], text = parsed.GetValue(Text) ?? [];
        if (sites.Length == 0)
            throw new InputException("neither a manifest nor a site is named: give a file, or --site blocks.1.hook_resid_post");
        if (writes.Length > 0 && writes.Length != sites.Length)
            throw new InputException($"{sites.Length} --site and {writes.Length} --writes: give one to write for each to read");
        DictionaryPlan Plan(string name, DictionaryForm form, string[] reads, string[]? written) => new()
        {
            Name = name,
            Form = form,
            Reads = reads,
            Writes = written,
            Recipe = Recipe(parsed),
            EndToEnd = parsed.GetValue(EndToEnd),
        };
        ulong seed = parsed.GetValue(Seed);
        return new TrainingManifest
        {
            Models = [.. models.Select(ManifestFile.ModelOf)],
            Text = text.Length == 0 ? TrainingText.OfWorld(models[0], seed)
                : TrainingText.OfFiles(text, Cli.Count(parsed, Context, 1 << 20), folder),
            Dictionaries = writes.Length > 0
                ? [Plan("transcoders", DictionaryForm.Transcoders, sites, writes)]
                : [.. sites.Select(site => Plan(NameOf(site), DictionaryForm.Autoencoder, [site], null))],
            Batch = Cli.Count(parsed, Batch, 1 << 20),
            Buffer = Cli.Count(parsed, Buffer, 1 << 30),
            Seed = seed,
        };
    }

    static TrainingRecipe Recipe(ParseResult parsed)
    {
        CoderKind kind = KindNamed(parsed.GetValue(Kind)!);
        int steps = Math.Max(1, Cli.Count(parsed, Tokens, int.MaxValue) / Cli.Count(parsed, Batch, 1 << 20));
        bool hasK = kind is CoderKind.TopK or CoderKind.BatchTopK;
        return new TrainingRecipe
        {
            Kind = kind,
            NLatents = Cli.Count(parsed, Latents, 1 << 24),
            Steps = steps,
            K = hasK ? Cli.Count(parsed, K, 1 << 24) : null,
            Sparsity = hasK ? null : kind == CoderKind.JumpRelu
                ? new(SparsityPenalty.L0Target, parsed.GetValue(Sparsity) ?? 10, TargetL0: Cli.Count(parsed, K, 1 << 24))
                : new(SparsityPenalty.WeightedL1, parsed.GetValue(Sparsity) ?? 3, steps / 10),
            // Thresholds move by no more than the learning rate a step, in logarithm: they begin where few latents are active.
            Threshold = kind == CoderKind.JumpRelu ? new(Initial: 0.5f, Bandwidth: 0.5f) : new(),
            Revival = new RevivalRecipe(DeadAfter: Math.Max(10_000, parsed.GetValue(Tokens) / 20)),
            Optimizer = new OptimizerRecipe(
                LearningRate: parsed.GetValue(LearningRate), WarmUpSteps: steps / 20, DecaySteps: steps / 5),
            Seed = parsed.GetValue(Seed),
        };
    }

    static CoderKind KindNamed(string name)
    {
        int at = Array.FindIndex(Kinds, kind => string.Equals($"{kind}", name, StringComparison.OrdinalIgnoreCase));
        return at >= 0 ? Kinds[at]
            : throw new InputException($"there is no kind '{name}' to train; there are {string.Join(", ", Kinds)}");
    }

    static string NameOf(string site) => string.Concat(site.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '-'));
}
