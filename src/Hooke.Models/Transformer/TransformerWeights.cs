using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A transformer's weights under TransformerLens' names, matrices as [in, out], all heads side by side.</summary>
public sealed class TransformerWeights : IDisposable
{
    readonly Dictionary<string, Tensor> _tensors;
    readonly Dictionary<string, Tensor> _gains = [];
    readonly BlockWeights[] _blocks;
    readonly float _gainOffset;

    /// <summary>The weights of a config; takes the tensors over.</summary>
    /// <param name="config">The shape of the transformer.</param>
    /// <param name="read">Gives each weight by its name and shape.</param>
    public TransformerWeights(TransformerConfig config, Func<string, Shape, Tensor> read)
    {
        Names = [.. config.Parameters().Select(p => p.Name)];
        _tensors = config.Parameters().ToDictionary(p => p.Name, p => read(p.Name, p.Shape));
        _gainOffset = config.NormGainOffset;
        _blocks = [.. Enumerable.Range(0, config.NLayers).Select(layer => new BlockWeights($"blocks.{layer}.", this))];
        (Embedding, Position) = (_tensors["embed.W_E"], Find("pos_embed.W_pos"));
        (Unembedding, UnembedBias) = (Find("unembed.W_U") ?? Embedding, Find("unembed.b_U"));
        FinalNorm = Norm("ln_final");
    }

    /// <summary>Names in a fixed order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A weight by its name; asking a matrix of a model for its elements unpacks a copy, kept with the model.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>
    /// What a norm multiplies by, of the norm's name such as <c>ln_final</c>: its weight, or in Gemma 1 + w; null where
    /// the model has no such norm.
    /// </summary>
    public Tensor? Gain(string norm)
    {
        if (_gainOffset == 0 || Find($"{norm}.w") is not { } weight)
            return Find($"{norm}.w");
        if (!_gains.TryGetValue(norm, out Tensor? gain))
        {
            // The weight itself stays as the checkpoint has it; what norms multiply by lies beside it.
            _gains[norm] = gain = weight.Clone();
            System.Numerics.Tensors.TensorPrimitives.Add(gain.Data, _gainOffset, gain.Data);
        }
        return gain;
    }

    internal Tensor Embedding { get; }

    internal Tensor? Position { get; }

    /// <summary>W_U stored token by token: [d_vocab, d_model].</summary>
    internal Tensor Unembedding { get; }

    internal Tensor? UnembedBias { get; }

    internal NormWeights? FinalNorm { get; }

    /// <summary>Promises that training is over: matrices are from now on kept in the order in which products read them.</summary>
    public TransformerWeights Freeze()
    {
        foreach (Tensor tensor in _tensors.Values.Concat(_gains.Values))
            tensor.AsConstant(transposed: tensor == Unembedding);
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values.Concat(_gains.Values))
            tensor.Dispose();
    }

    internal BlockWeights Block(int layer) => _blocks[layer];

    internal Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>A norm by its name, or null where the model has none of that name.</summary>
    internal NormWeights? Norm(string name) =>
        Gain(name) is { } gain ? new(gain, Find($"{name}.b")) : null;

    /// <summary>A matrix and its bias by a name with {} for W or b, or null where the model has none of that name.</summary>
    internal LinearWeights? Linear(string name) =>
        Find(name.Replace("{}", "W", StringComparison.Ordinal)) is { } weight
            ? new(weight, Find(name.Replace("{}", "b", StringComparison.Ordinal)))
            : null;
}

/// <summary>Gain and, for layer norm, bias.</summary>
internal sealed record NormWeights(Tensor Gain, Tensor? Bias);

/// <summary>A matrix [in, out] and its bias.</summary>
internal sealed record LinearWeights(Tensor Weight, Tensor? Bias)
{
    public Tensor Apply(Tensor x) => Ops.MatMul(x, Weight, Bias);
}

/// <summary>The weights of one block; what its model does not have is null.</summary>
internal sealed class BlockWeights(string block, TransformerWeights weights)
{
    public NormWeights? Ln1 { get; } = weights.Norm($"{block}ln1");

    public LinearWeights Q { get; } = weights.Linear($"{block}attn.{{}}_Q")!;

    public LinearWeights K { get; } = weights.Linear($"{block}attn.{{}}_K")!;

    public LinearWeights V { get; } = weights.Linear($"{block}attn.{{}}_V")!;

    public NormWeights? QNorm { get; } = weights.Norm($"{block}attn.q_norm");

    public NormWeights? KNorm { get; } = weights.Norm($"{block}attn.k_norm");

    public LinearWeights O { get; } = weights.Linear($"{block}attn.{{}}_O")!;

    public NormWeights? Ln1Post { get; } = weights.Norm($"{block}ln1_post");

    public NormWeights? Ln2 { get; } = weights.Norm($"{block}ln2");

    public LinearWeights? Gate { get; } = weights.Linear($"{block}mlp.{{}}_gate");

    public LinearWeights In { get; } = weights.Linear($"{block}mlp.{{}}_in")!;

    public LinearWeights Out { get; } = weights.Linear($"{block}mlp.{{}}_out")!;

    public NormWeights? Ln2Post { get; } = weights.Norm($"{block}ln2_post");
}
