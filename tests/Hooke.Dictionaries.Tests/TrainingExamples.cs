using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Recipes of every kind for every role, small enough to differentiate by differences.</summary>
static class TrainingExamples
{
    public const int Rows = 12, NLatents = 10;

    static readonly CoderSite A = new("blocks.0.hook_resid_mid", 6), B = new("blocks.1.hook_resid_mid", 6);
    static readonly CoderSite MlpA = new("blocks.0.hook_mlp_out", 6), MlpB = new("blocks.1.hook_mlp_out", 5);

    /// <summary>Roles by name.</summary>
    public static IReadOnlyDictionary<string, CoderPlace[]> Places { get; } = new Dictionary<string, CoderPlace[]>
    {
        ["autoencoder"] = [new([A], [A])],
        ["transcoder"] = [new([A], [MlpB])],
        ["cross-layer"] = [new([A], [MlpA, MlpB]), new([B], [MlpB])],
        ["crosscoder"] = [new([A, B], [A, B])],
    };

    /// <summary>Recipes by name.</summary>
    public static IReadOnlyDictionary<string, TrainingRecipe> Recipes { get; } = new Dictionary<string, TrainingRecipe>
    {
        ["relu L1"] = Of(CoderKind.Relu) with { Sparsity = new(SparsityPenalty.L1, 0.3f) },
        ["relu weighted L1"] = Of(CoderKind.Relu) with { Sparsity = new(SparsityPenalty.WeightedL1, 0.3f) },
        ["relu summed norms"] = Of(CoderKind.Relu) with { Sparsity = new(SparsityPenalty.WeightedL1, 0.3f, SumsNorms: true) },
        ["relu power"] = Of(CoderKind.Relu) with { Sparsity = new(SparsityPenalty.L1, 0.3f, FinalPower: 0.5f) },
        ["relu tanh"] = Of(CoderKind.Relu) with { Sparsity = new(SparsityPenalty.Tanh, 0.3f) },
        ["relu per dimension"] = Of(CoderKind.Relu) with { Error = ErrorUnit.PerDimension },
        ["gated"] = Of(CoderKind.Gated) with { Sparsity = new(SparsityPenalty.L1, 0.2f) },
        ["gated weighted"] = Of(CoderKind.Gated) with { Sparsity = new(SparsityPenalty.WeightedL1, 0.2f), Error = ErrorUnit.OfVariance },
        ["topk"] = Of(CoderKind.TopK, 3),
        ["topk aux"] = Of(CoderKind.TopK, 3) with { Revival = new(DeadAfter: 1, AuxK: 4, AuxCoefficient: 0.5f) },
        ["topk aux squared"] = Of(CoderKind.TopK, 3) with
        {
            Revival = new(DeadAfter: 1, AuxK: 2, AuxCoefficient: 0.5f, AuxUnit: ErrorUnit.Squared),
            RanksByDecoderNorm = true,
        },
        ["batchtopk"] = Of(CoderKind.BatchTopK, 3) with { Error = ErrorUnit.OfVariance },
        ["batchtopk by norm"] = Of(CoderKind.BatchTopK, 3) with { RanksByDecoderNorm = true },
        ["matryoshka topk"] = Of(CoderKind.TopK, 4) with { Widths = [2, 5, NLatents] },
        ["matryoshka batchtopk"] = Of(CoderKind.BatchTopK, 4) with
        {
            Widths = [3, NLatents],
            Revival = new(DeadAfter: 1, AuxK: 3, AuxUnit: ErrorUnit.PerDimension),
        },
        ["jumprelu tanh"] = Of(CoderKind.JumpRelu) with { Sparsity = new(SparsityPenalty.Tanh, 0.3f) },
        ["jumprelu silent"] = Of(CoderKind.JumpRelu) with
        {
            Sparsity = new(SparsityPenalty.WeightedL1, 0.3f),
            Revival = new(DeadAfter: 1, PreActivation: 0.4f),
        },
    };

    static TrainingRecipe Of(CoderKind kind, int? k = null) => new()
    {
        Kind = kind,
        NLatents = NLatents,
        K = k,
        Steps = 1,
        Decoder = new(InitialNorm: 1, Bias: InitialBias.Zero),
        Optimizer = new(Beta1: 0), // so that the first moment after one step is the gradient
        Threshold = new(0.2f, 0.1f),
        Seed = 5,
    };

    /// <summary>A batch for a role.</summary>
    public static (Tensor[] Inputs, Tensor[] Targets) Batch(DictionaryTrainer trainer, int rows = Rows, int batch = 0)
    {
        Rng rng = new Rng(9).Fork("batch").Fork(batch);
        Dictionary<string, Tensor> sites = trainer.Places.SelectMany(place => place.Inputs.Concat(place.Outputs)).Distinct()
            .ToDictionary(site => site.Name!, site => Made.Normal(rng.Fork(site.Name!), rows, site.Width));
        return ([.. trainer.Places.Select(place => Beside(place.Inputs, sites, rows))], [.. trainer.Targets.Select(site => sites[site.Name!])]);
    }

    static Tensor Beside(IReadOnlyList<CoderSite> read, Dictionary<string, Tensor> sites, int rows)
    {
        Tensor all = Tensor.Zeros(rows, read.Sum(site => site.Width));
        int at = 0;
        foreach (CoderSite site in read)
        {
            for (int r = 0; r < rows; r++)
                sites[site.Name!].Data.Slice(r * site.Width, site.Width).CopyTo(all.Data[((r * all.Shape[1]) + at)..]);
            at += site.Width;
        }
        return all;
    }
}
