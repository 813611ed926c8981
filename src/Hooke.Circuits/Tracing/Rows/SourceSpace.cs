using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// All that can act on a target of a replacement, as columns: its latents, then errors by layer and position, tokens, biases,
/// zeroed positions, and dropped edges.
/// </summary>
sealed class SourceSpace
{
    readonly LocalReplacement _model;
    readonly Dictionary<(string, int), int> _biases = [];

    public SourceSpace(LocalReplacement model)
    {
        _model = model;
        int layers = model.Model.Config.NLayers;
        (Latents, Positions) = (model.Latents.Count, model.Tokens.Count);
        (FirstError, FirstToken) = (Latents, Latents + (layers * Positions));
        FirstBias = FirstToken + Positions;
        for (int layer = 0; layer < layers; layer++)
            foreach (string name in NamesOf(layer))
                AddBias(name, layer);
        if (model.PositionEmbedding is not null)
            AddBias(BiasPart.Position, -1);
        if (Weight("ln_final.b") is not null)
            AddBias(BiasPart.FinalNorm, layers);
        if (Weight("unembed.b_U") is not null)
            AddBias(BiasPart.Unembedding, layers);
        FirstZeroed = FirstBias + _biases.Count;
        Dropped = FirstZeroed + model.Settings.ZeroedPositions;
        Count = Dropped + 1;
    }

    /// <summary>How many latents, which come first.</summary>
    public int Latents { get; }

    /// <summary>How many positions the prompt has.</summary>
    public int Positions { get; }

    /// <summary>The column of layer 0's error at position 0.</summary>
    public int FirstError { get; }

    /// <summary>The column of the first token.</summary>
    public int FirstToken { get; }

    /// <summary>The column of the first bias.</summary>
    public int FirstBias { get; }

    /// <summary>The column of position 0 where positions are zeroed.</summary>
    public int FirstZeroed { get; }

    /// <summary>The column that dropped edges are summed in.</summary>
    public int Dropped { get; }

    /// <summary>How many columns.</summary>
    public int Count { get; }

    /// <summary>The biases, in the order of their columns.</summary>
    public IEnumerable<(string Name, int Layer)> Biases => _biases.Keys;

    /// <summary>A bias' column.</summary>
    public int Bias(string name, int layer) => _biases[(name, layer)];

    /// <summary>A weight of the model, or null.</summary>
    public Tensor? Weight(string name) => FrozenNorm.Weight(_model.Model, name);

    void AddBias(string name, int layer) => _biases.TryAdd((name, layer), FirstBias + _biases.Count);

    IEnumerable<string> NamesOf(int layer) =>
    [
        .. _model.AttentionBiases(layer).Select(part => part.Name),
        BiasPart.Encoder,
        .. _model.Sites.ReadsGain && Weight($"blocks.{layer}.ln2.b") is not null ? [BiasPart.MlpNorm] : Array.Empty<string>(),
        .. _model.BiasesWritten(layer).Select(part => part.Name),
    ];
}
