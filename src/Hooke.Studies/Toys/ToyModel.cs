using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A toy model of superposition: x̂ = ReLU(Wᵀ W x + b), n features through m dimensions.</summary>
/// <remarks>Source: Elhage et al. 2022, "Toy models of superposition".</remarks>
public sealed class ToyModel : IDisposable
{
    /// <summary>A model of weights at hand; takes them over.</summary>
    /// <param name="weight">W [m, n]: column i is the direction that stands for feature i.</param>
    /// <param name="bias">b [n]</param>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public ToyModel(Tensor weight, Tensor bias)
    {
        if (weight.Shape.Rank != 2 || bias.Shape.Count != weight.Shape[1])
            throw new ArgumentException($"a toy model of weight {weight.Shape} and bias {bias.Shape}");
        (Weight, Bias) = (weight, bias);
    }

    /// <summary>W [m, n].</summary>
    public Tensor Weight { get; }

    /// <summary>b [n].</summary>
    public Tensor Bias { get; }

    /// <summary>How many features there are: n.</summary>
    public int Features => Weight.Shape[1];

    /// <summary>How many dimensions they share: m.</summary>
    public int Hidden => Weight.Shape[0];

    /// <summary>x̂ [samples, n] of x [samples, n].</summary>
    public Tensor Reconstruct(Tensor x)
    {
        using Tensor hidden = Ops.MatMul(x, Weight, transposed: true);
        using Tensor pre = Ops.MatMul(hidden, Weight, Bias);
        return Ops.Activate(pre, Activation.Relu);
    }

    /// <summary>Mean over samples of Σᵢ Iᵢ (xᵢ − x̂ᵢ)².</summary>
    /// <param name="x">[samples, n]</param>
    /// <param name="importances">I [n]</param>
    public double Loss(Tensor x, IReadOnlyList<double> importances)
    {
        using Tensor found = Reconstruct(x);
        double sum = 0;
        for (int i = 0; i < x.Shape.Count; i++)
        {
            double miss = (double)x.Data[i] - found.Data[i];
            sum += importances[i % Features] * miss * miss;
        }
        return sum / x.Shape[0];
    }

    /// <summary>The gradient of <see cref="Loss"/> with respect to W and b.</summary>
    public IReadOnlyList<Tensor> Gradients(Tensor x, IReadOnlyList<double> importances)
    {
        using Tape tape = new();
        tape.Watch(Weight);
        tape.Watch(Bias);
        using Tensor found = Reconstruct(x);
        using Tensor seed = found.Clone();
        float[] factors = [.. importances.Select(importance => (float)(2 * importance / x.Shape[0]))];
        ReadOnlySpan<float> from = x.Data;
        for (int start = 0; start < from.Length; start += factors.Length)
        {
            Span<float> row = seed.Data.Slice(start, factors.Length);
            for (int i = 0; i < row.Length; i++)
                row[i] = factors[i] * (row[i] - from[start + i]);
        }
        return tape.Gradients(found, seed, Weight, Bias);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
