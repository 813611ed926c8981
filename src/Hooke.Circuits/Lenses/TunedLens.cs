using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A translator h + A h + b for what enters each layer, after which ln_final and unembedding read it best.</summary>
/// <remarks>Source: Belrose et al. 2023, "Eliciting latent predictions with the tuned lens", arXiv:2303.08112.</remarks>
public sealed class TunedLens : IDisposable
{
    readonly Tensor[] _matrices, _biases;

    /// <summary>The lens that changes nothing: the logit lens.</summary>
    /// <param name="layers">Number of layers.</param>
    /// <param name="width">d_model</param>
    public TunedLens(int layers, int width)
    {
        _matrices = [.. Enumerable.Range(0, layers).Select(_ => Tensor.Zeros(width, width))];
        _biases = [.. Enumerable.Range(0, layers).Select(_ => Tensor.Zeros(width))];
    }

    /// <summary>Number of layers.</summary>
    public int NLayers => _matrices.Length;

    /// <summary>d_model</summary>
    public int DModel => _biases[0].Shape.Count;

    /// <summary>A layer's A, as [in, out], and b.</summary>
    public IReadOnlyList<Tensor> Parameters(int layer) => [_matrices[layer], _biases[layer]];

    /// <summary>h + A h + b for rows h [n, d_model] of what enters a layer; gradients flow through.</summary>
    public Tensor Translate(int layer, Tensor rows)
    {
        using Tensor change = Ops.MatMul(rows, _matrices[layer], _biases[layer]);
        return Ops.Add(rows, change);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _matrices.Concat(_biases))
            tensor.Dispose();
    }

    /// <summary>The translators by name: <c>layers.3.A</c> and <c>layers.3.b</c>.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> Named() => Enumerable.Range(0, NLayers).SelectMany(layer =>
        new[] { ($"layers.{layer}.A", _matrices[layer]), ($"layers.{layer}.b", _biases[layer]) });
}
