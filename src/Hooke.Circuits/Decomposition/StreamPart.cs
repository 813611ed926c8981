namespace Hooke.Circuits;

/// <summary>What a part of the residual stream, or of a logit, comes from.</summary>
public enum StreamPartKind
{
    /// <summary>The token's embedding: <c>embed</c>.</summary>
    Embedding,

    /// <summary>The learned embedding of the position: <c>pos_embed</c>.</summary>
    PositionEmbedding,

    /// <summary>All heads of a layer and their bias: <c>a2</c>.</summary>
    Attention,

    /// <summary>One head, without the output bias: <c>a2.h3</c>.</summary>
    Head,

    /// <summary>The bias of a layer's attention output: <c>a2.bias</c>.</summary>
    AttentionBias,

    /// <summary>A layer's whole MLP: <c>m2</c>.</summary>
    Mlp,

    /// <summary>One neuron of an MLP: <c>m2.n40</c>.</summary>
    Neuron,

    /// <summary>All neurons of an MLP that are not listed on their own: <c>m2.rest</c>.</summary>
    OtherNeurons,

    /// <summary>The bias of an MLP's output: <c>m2.bias</c>.</summary>
    MlpBias,

    /// <summary>The bias of the final norm: <c>ln_final.bias</c>.</summary>
    FinalNormBias,

    /// <summary>The bias of the unembedding: <c>unembed.bias</c>.</summary>
    UnembeddingBias,
}

/// <summary>A part of the residual stream or of a logit, such as <c>embed</c>, <c>a2.h3</c> or <c>m1.n40</c>.</summary>
/// <param name="Kind">What it comes from.</param>
/// <param name="Layer">The layer; 0 for what belongs to none.</param>
/// <param name="Index">The head or the neuron; 0 for what is neither.</param>
public readonly record struct StreamPart(StreamPartKind Kind, int Layer = 0, int Index = 0)
{
    /// <summary>The name; heads and MLPs are called as a circuit's nodes are.</summary>
    public override string ToString() => Kind switch
    {
        StreamPartKind.Embedding => "embed",
        StreamPartKind.PositionEmbedding => "pos_embed",
        StreamPartKind.Attention => $"a{Layer}",
        StreamPartKind.Head => $"a{Layer}.h{Index}",
        StreamPartKind.AttentionBias => $"a{Layer}.bias",
        StreamPartKind.Mlp => $"m{Layer}",
        StreamPartKind.Neuron => $"m{Layer}.n{Index}",
        StreamPartKind.OtherNeurons => $"m{Layer}.rest",
        StreamPartKind.MlpBias => $"m{Layer}.bias",
        StreamPartKind.FinalNormBias => "ln_final.bias",
        _ => "unembed.bias",
    };
}
