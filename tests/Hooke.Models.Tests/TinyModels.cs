using Hooke.Tensors;

namespace Hooke.Models.Tests;

/// <summary>Models of random weights, small enough to run thousands of times.</summary>
static class TinyModels
{
    public static TransformerConfig Gpt2Config { get; } = new()
    {
        Family = "gpt2",
        NLayers = 2,
        DModel = 8,
        NHeads = 2,
        NKeyValueHeads = 2,
        DHead = 4,
        DMlp = 12,
        DVocab = 11,
        NCtx = 8,
        Activation = Activation.GeluTanh,
        IsLayerNorm = true,
        NormEpsilon = 1e-5f,
        Positions = PositionKind.Learned,
        HasQkvBias = true,
        HasOutputBias = true,
        HasMlpBias = true,
        IsTied = true,
    };

    public static TransformerConfig LlamaConfig { get; } = new()
    {
        Family = "llama",
        NLayers = 2,
        DModel = 8,
        NHeads = 4,
        NKeyValueHeads = 2,
        DHead = 4,
        DMlp = 12,
        DVocab = 11,
        NCtx = 8,
        Activation = Activation.Silu,
        IsGated = true,
        NormEpsilon = 1e-5f,
        Positions = PositionKind.Rotary,
    };

    public static Model Gpt2() => Random(Gpt2Config);

    public static Model Llama() => Random(LlamaConfig);

    public static Model Of(string family) => family == "gpt2" ? Gpt2() : Llama();

    public static Model Random(TransformerConfig config) => new(config, new TransformerWeights(config, (name, shape) =>
    {
        Rng rng = new Rng(20260101).Fork(name);
        Tensor weight = Tensor.Zeros(shape);
        float centre = shape.Rank == 1 && name.EndsWith(".w", StringComparison.Ordinal) ? 1 : 0;
        for (int i = 0; i < shape.Count; i++)
            weight.Data[i] = centre + (0.4f * rng.Normal((ulong)i));
        return weight;
    }));

    /// <summary>Every address of a whole activation that a model has.</summary>
    public static Address[] Everything(TransformerConfig config, bool perHeadStreams = false) =>
    [
        .. Site.All.Where(s => Has(config, s, perHeadStreams)).SelectMany(s => s.IsPerLayer
            ? Enumerable.Range(0, config.NLayers).Select(l => s.At(l))
            : [s.At()]),
    ];

    static bool Has(TransformerConfig config, Site site, bool perHeadStreams)
    {
        if (site == Site.QInput || site == Site.KInput || site == Site.VInput)
            return perHeadStreams;
        if (site == Site.Ln1Scale || site == Site.Ln1Normalized)
            return !perHeadStreams;
        if (site.Shape == SiteShape.KeyValueHeads && site != Site.RotK)
            return !perHeadStreams || config.NHeads == config.NKeyValueHeads;
        if (site == Site.RotQ || site == Site.RotK)
            return config.Positions == PositionKind.Rotary && !perHeadStreams;
        if (site == Site.PosEmbed)
            return config.Positions == PositionKind.Learned;
        return site != Site.MlpPreLinear || config.IsGated;
    }

    public static TokenBatch Batch(ulong seed, params int[] lengths)
    {
        Draws draws = new Rng(seed).Draw();
        return new([.. lengths.Select(n => (int[])[.. Enumerable.Range(0, n).Select(_ => draws.Below(11))])]);
    }
}
