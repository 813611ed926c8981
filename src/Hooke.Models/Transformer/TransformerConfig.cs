using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>What positions a transformer's attention sees by.</summary>
public enum PositionKind
{
    /// <summary>A learned embedding is added to the token's.</summary>
    Learned,

    /// <summary>Queries and keys are turned by angles that grow with position.</summary>
    Rotary,

    /// <summary>A learned embedding is added to what queries and keys read, and to nothing else: "shortformer".</summary>
    LearnedInAttention,
}

/// <summary>Everything in which one transformer differs from another in shape; read from a family's config.json.</summary>
public sealed record TransformerConfig
{
    /// <summary>The family, as config.json's model_type names it.</summary>
    public required string Family { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int NLayers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int DModel { get; init; }

    /// <summary>Number of attention heads of a layer.</summary>
    public required int NHeads { get; init; }

    /// <summary>Number of key and value heads of a layer; heads share them in equal groups.</summary>
    public required int NKeyValueHeads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int DHead { get; init; }

    /// <summary>Number of neurons of an MLP; 0 where blocks have attention only.</summary>
    public required int DMlp { get; init; }

    /// <summary>Number of tokens.</summary>
    public required int DVocab { get; init; }

    /// <summary>Most positions a prompt may have.</summary>
    public required int NCtx { get; init; }

    /// <summary>The MLP's non-linearity.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Whether the MLP multiplies its non-linearity by a linear branch.</summary>
    public bool IsGated { get; init; }

    /// <summary>Whether there are norms at all.</summary>
    public bool HasNorms { get; init; } = true;

    /// <summary>Whether norms subtract the mean and add a bias (layer norm) or not (RMS norm).</summary>
    public bool IsLayerNorm { get; init; }

    /// <summary>What is added to a norm's weight to give its gain: 1 in Gemma, whose norms multiply by 1 + w.</summary>
    public float NormGainOffset { get; init; }

    /// <summary>Whether what attention and the MLP write passes a norm on its way into the residual stream.</summary>
    public bool HasPostNorms { get; init; }

    /// <summary>Whether each head's queries and keys pass an RMS norm, before they are turned.</summary>
    public bool HasQKNorm { get; init; }

    /// <summary>Whether attention and MLP read the same stream, side by side.</summary>
    public bool IsParallel { get; init; }

    /// <summary>What token embeddings are multiplied by.</summary>
    public float EmbeddingScale { get; init; } = 1;

    /// <summary>ε of the norms.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>How attention knows positions.</summary>
    public required PositionKind Positions { get; init; }

    /// <summary>The rotary embedding, where there is one.</summary>
    public RotaryConfig Rotary { get; init; } = new();

    /// <summary>The rotary embedding of windowed layers, where it is another.</summary>
    public RotaryConfig? WindowedRotary { get; init; }

    /// <summary>Layers whose queries see only a window of keys.</summary>
    public LayerSet Windowed { get; init; } = LayerSet.None;

    /// <summary>How many keys a query of a windowed layer sees, its own included.</summary>
    public int WindowSize { get; init; }

    /// <summary>What attention scores are multiplied by; null for 1/√d_head.</summary>
    public float? AttnScale { get; init; }

    /// <summary>c in c · tanh(score / c), before the mask; null for none.</summary>
    public float? AttnSoftCap { get; init; }

    /// <summary>c in c · tanh(logit / c); null for none.</summary>
    public float? LogitSoftCap { get; init; }

    /// <summary>Whether queries, keys and values have biases.</summary>
    public bool HasQkvBias { get; init; }

    /// <summary>Whether attention's output has a bias.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Whether the MLP has biases.</summary>
    public bool HasMlpBias { get; init; }

    /// <summary>Whether the unembedding is the embedding transposed.</summary>
    public bool IsTied { get; init; }

    /// <summary>Whether logits have a bias.</summary>
    public bool HasUnembedBias { get; init; }

    /// <summary>Whether blocks have an MLP.</summary>
    public bool HasMlp => DMlp > 0;

    /// <summary>Whether there is a table of position embeddings.</summary>
    public bool HasPositionTable => Positions is PositionKind.Learned or PositionKind.LearnedInAttention;

    /// <summary>How many keys a query of a layer sees, its own included; 0 for all.</summary>
    public int Window(int layer) => Windowed.Contains(layer) ? WindowSize : 0;

    /// <summary>A layer's rotary embedding, or null where the model has none.</summary>
    public RotaryConfig? RotaryOf(int layer) => Positions != PositionKind.Rotary ? null
        : Windowed.Contains(layer) && WindowedRotary is { } other ? other : Rotary;

    /// <summary>Whether the model has a kind of activation; addresses of others are refused.</summary>
    public bool Has(Site site) => this.Lack(site) is null;

    /// <summary>Every weight under TransformerLens' name with its shape, in a fixed order; W_U as [d_vocab, d_model].</summary>
    public IEnumerable<(string Name, Shape Shape)> Parameters()
    {
        yield return ("embed.W_E", new(DVocab, DModel));
        if (HasPositionTable)
            yield return ("pos_embed.W_pos", new(NCtx, DModel));
        for (int layer = 0; layer < NLayers; layer++)
            foreach ((string name, Shape shape) in BlockParameters())
                yield return ($"blocks.{layer}.{name}", shape);
        foreach ((string name, Shape shape) in Norm("ln_final"))
            yield return (name, shape);
        if (!IsTied)
            yield return ("unembed.W_U", new(DVocab, DModel));
        if (HasUnembedBias)
            yield return ("unembed.b_U", new(DVocab));
    }

    /// <summary>Number of weights.</summary>
    public long ParameterCount => Parameters().Sum(p => (long)p.Shape.Count);

    // In doubles, so that no lie about sizes overflows; vectors are left out.
    internal double MatrixCount => (double)DModel * (
        ((double)DVocab * (IsTied ? 1 : 2)) + (HasPositionTable ? NCtx : 0)
        + (NLayers * ((2.0 * DHead * ((double)NHeads + NKeyValueHeads)) + ((IsGated ? 3.0 : 2.0) * DMlp))));

    IEnumerable<(string Name, Shape Shape)> BlockParameters()
    {
        (int queries, int keys) = (NHeads * DHead, NKeyValueHeads * DHead);
        return
        [
            .. Norm("ln1"),
            .. Linear("attn.{}_Q", DModel, queries, HasQkvBias),
            .. Linear("attn.{}_K", DModel, keys, HasQkvBias),
            .. Linear("attn.{}_V", DModel, keys, HasQkvBias),
            .. HasQKNorm ? HeadNorms() : [],
            .. Linear("attn.{}_O", queries, DModel, HasOutputBias),
            .. HasPostNorms ? Norm("ln1_post") : [],
            .. HasMlp ? MlpParameters() : [],
        ];
    }

    (string, Shape)[] MlpParameters() =>
    [
        .. Norm("ln2"),
        .. IsGated ? Linear("mlp.{}_gate", DModel, DMlp, HasMlpBias) : [],
        .. Linear("mlp.{}_in", DModel, DMlp, HasMlpBias),
        .. Linear("mlp.{}_out", DMlp, DModel, HasMlpBias),
        .. HasPostNorms ? Norm("ln2_post") : [],
    ];

    (string, Shape)[] HeadNorms() => [("attn.q_norm.w", new(DHead)), ("attn.k_norm.w", new(DHead))];

    (string, Shape)[] Norm(string name) => !HasNorms ? []
        : IsLayerNorm ? [($"{name}.w", new(DModel)), ($"{name}.b", new(DModel))] : [($"{name}.w", new(DModel))];

    static (string, Shape)[] Linear(string name, int inputs, int outputs, bool hasBias)
    {
        (string, Shape) weight = (name.Replace("{}", "W", StringComparison.Ordinal), new(inputs, outputs));
        return hasBias ? [weight, (name.Replace("{}", "b", StringComparison.Ordinal), new(outputs))] : [weight];
    }
}
