using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A transformer's weights under TransformerLens' names, matrices as [in, out], all heads side by side.</summary>
public sealed class TransformerWeights : IDisposable
{
    readonly Dictionary<string, Tensor> _tensors;
    readonly BlockWeights[] _blocks;

    /// <summary>The weights of a config; takes the tensors over.</summary>
    /// <param name="config">The shape of the transformer.</param>
    /// <param name="read">Gives each weight by its name and shape.</param>
    public TransformerWeights(TransformerConfig config, Func<string, Shape, Tensor> read)
    {
        Names = [.. config.Parameters().Select(p => p.Name)];
        _tensors = config.Parameters().ToDictionary(p => p.Name, p => read(p.Name, p.Shape));
        _blocks = [.. Enumerable.Range(0, config.NLayers).Select(layer => new BlockWeights(layer, Find))];
        (Embedding, Position) = (_tensors["embed.W_E"], Find("pos_embed.W_pos"));
        Unembedding = Find("unembed.W_U") ?? Embedding;
        FinalNorm = new(_tensors["ln_final.w"], Find("ln_final.b"));
    }

    /// <summary>Names in a fixed order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A weight by its name; asking a matrix of a model for its elements unpacks a copy, kept with the model.</summary>
    public Tensor this[string name] => _tensors[name];

    internal Tensor Embedding { get; }

    internal Tensor? Position { get; }

    /// <summary>W_U stored token by token: [d_vocab, d_model].</summary>
    internal Tensor Unembedding { get; }

    internal NormWeights FinalNorm { get; }

    /// <summary>Promises that training is over: matrices are from now on kept in the order in which products read them.</summary>
    public TransformerWeights Freeze()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.AsConstant(transposed: tensor == Unembedding);
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _tensors.Values)
            tensor.Dispose();
    }

    internal BlockWeights Block(int layer) => _blocks[layer];

    Tensor? Find(string name) => _tensors.GetValueOrDefault(name);
}

/// <summary>Gain and, for layer norm, bias.</summary>
internal sealed record NormWeights(Tensor Gain, Tensor? Bias);

/// <summary>A matrix [in, out] and its bias.</summary>
internal sealed record LinearWeights(Tensor Weight, Tensor? Bias)
{
    public Tensor Apply(Tensor x) => Ops.MatMul(x, Weight, Bias);
}

/// <summary>The weights of one block.</summary>
internal sealed class BlockWeights(int layer, Func<string, Tensor?> find)
{
    public NormWeights Ln1 { get; } = new(Get(layer, find, "ln1.w"), find($"blocks.{layer}.ln1.b"));

    public LinearWeights Q { get; } = Linear(layer, find, "attn.{}_Q")!;

    public LinearWeights K { get; } = Linear(layer, find, "attn.{}_K")!;

    public LinearWeights V { get; } = Linear(layer, find, "attn.{}_V")!;

    public LinearWeights O { get; } = Linear(layer, find, "attn.{}_O")!;

    public NormWeights Ln2 { get; } = new(Get(layer, find, "ln2.w"), find($"blocks.{layer}.ln2.b"));

    public LinearWeights? Gate { get; } = Linear(layer, find, "mlp.{}_gate");

    public LinearWeights In { get; } = Linear(layer, find, "mlp.{}_in")!;

    public LinearWeights Out { get; } = Linear(layer, find, "mlp.{}_out")!;

    static Tensor Get(int layer, Func<string, Tensor?> find, string name) => find($"blocks.{layer}.{name}")!;

    static LinearWeights? Linear(int layer, Func<string, Tensor?> find, string name)
    {
        string full = $"blocks.{layer}.{name}";
        Tensor? weight = find(full.Replace("{}", "W", StringComparison.Ordinal));
        return weight is null ? null : new(weight, find(full.Replace("{}", "b", StringComparison.Ordinal)));
    }
}
