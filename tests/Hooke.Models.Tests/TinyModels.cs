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

    /// <summary>Attention and MLP side by side, half of each head turned.</summary>
    public static TransformerConfig NeoXConfig { get; } = Gpt2Config with
    {
        Family = "gpt_neox",
        Positions = PositionKind.Rotary,
        Rotary = new RotaryConfig { Dimensions = 2 },
        IsParallel = true,
        IsTied = false,
    };

    /// <summary>Gains of 1 + w, norms after attention and MLP and of queries and keys, soft caps, windows.</summary>
    public static TransformerConfig GemmaConfig { get; } = LlamaConfig with
    {
        Family = "gemma3_text",
        NormGainOffset = 1,
        HasPostNorms = true,
        HasQKNorm = true,
        EmbeddingScale = 2.5f,
        AttnScale = 0.3f,
        AttnSoftCap = 2,
        LogitSoftCap = 3,
        Windowed = LayerSet.Where(2, layer => layer == 0),
        WindowSize = 3,
        WindowedRotary = new RotaryConfig { Theta = 100 },
    };

    /// <summary>No MLPs and no norms; queries and keys alone read positions.</summary>
    public static TransformerConfig AttentionOnlyConfig { get; } = Gpt2Config with
    {
        Family = "transformer_lens",
        DMlp = 0,
        HasNorms = false,
        IsTied = false,
        HasUnembedBias = true,
        Positions = PositionKind.LearnedInAttention,
    };

    public static Model Gpt2() => Random(Gpt2Config);

    public static Model Llama() => Random(LlamaConfig);

    public static Model Of(string family) => Random(family switch
    {
        "gpt2" => Gpt2Config,
        "gpt_neox" => NeoXConfig,
        "gemma3_text" => GemmaConfig,
        "transformer_lens" => AttentionOnlyConfig,
        _ => LlamaConfig,
    });

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

    // What a model lacks altogether is refused by name; these are there only on runs of one kind or the other.
    static bool Has(TransformerConfig config, Site site, bool perHeadStreams)
    {
        if (site == Site.QInput || site == Site.KInput || site == Site.VInput)
            return perHeadStreams;
        if (site == Site.Ln1Scale || site == Site.Ln1Normalized)
            return !perHeadStreams && config.HasNorms;
        if (perHeadStreams && site.Shape is SiteShape.KeyValueHeads or SiteShape.KeyValueHeadScale
            && config.NHeads != config.NKeyValueHeads)
            return false;
        return config.Has(site);
    }

    public static TokenBatch Batch(ulong seed, params int[] lengths)
    {
        Draws draws = new Rng(seed).Draw();
        return new([.. lengths.Select(n => (int[])[.. Enumerable.Range(0, n).Select(_ => draws.Below(11))])]);
    }
}
