using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

/// <summary>
/// AdamW: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η (m̂/(√v̂ + ε) + λw), with m̂ and v̂ corrected for their start at zero.
/// </summary>
/// <remarks>Source: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2.</remarks>
public sealed class AdamW : IDisposable
{
    readonly IReadOnlyList<Tensor> _parameters;
    readonly Tensor[] _means, _squares;
    readonly AdamWSettings _settings;
    double _beta1Power = 1, _beta2Power = 1;

    /// <summary>An optimiser at step 0 for the given parameters.</summary>
    public AdamW(IReadOnlyList<Tensor> parameters, AdamWSettings settings)
    {
        (_parameters, _settings) = (parameters, settings);
        _means = [.. parameters.Select(p => Tensor.Zeros(p.Shape))];
        _squares = [.. parameters.Select(p => Tensor.Zeros(p.Shape))];
    }

    /// <summary>Number of steps taken.</summary>
    public int Steps { get; private set; }

    /// <summary>First and second moments, one pair per parameter: what a checkpoint has to keep besides the step.</summary>
    public IEnumerable<(Tensor Mean, Tensor Square)> Moments => _means.Zip(_squares);

    /// <summary>Moves every parameter against its gradient.</summary>
    /// <param name="gradients">One per parameter, of its shape.</param>
    /// <param name="learningRate">η of this step.</param>
    /// <exception cref="ArgumentException">There is not one gradient per parameter, of its shape.</exception>
    public void Step(IReadOnlyList<Tensor> gradients, float learningRate)
    {
        if (!gradients.Select(g => g.Shape).SequenceEqual(_parameters.Select(p => p.Shape)))
            throw new ArgumentException("an optimiser step needs one gradient per parameter, of its shape");
        GoTo(Steps + 1);
        double norm = 0;
        foreach (Tensor gradient in gradients)
            norm += Reduce.SumOfSquares(gradient.Data);
        norm = Math.Sqrt(norm);
        float clip = norm > _settings.MaxGradientNorm ? (float)(_settings.MaxGradientNorm / norm) : 1;
        for (int i = 0; i < _parameters.Count; i++)
        {
            // Gains and biases are vectors: decay would pull a gain to nought.
            float decay = _parameters[i].Shape.Rank > 1 ? _settings.WeightDecay : 0;
            Backend.Current.AdamStep(_parameters[i], gradients[i], _means[i], _squares[i], new AdamStep(
                _settings.Beta1, _settings.Beta2, _settings.Epsilon, clip, learningRate, learningRate * decay,
                (float)(1 / (1 - _beta1Power)), (float)(1 / (1 - _beta2Power))));
        }
    }

    /// <summary>Sets the step count, as when going on from a checkpoint whose moments were copied in.</summary>
    public void GoTo(int step)
    {
        if (step < Steps)
            (Steps, _beta1Power, _beta2Power) = (0, 1, 1);
        for (; Steps < step; Steps++)
        {
            _beta1Power *= _settings.Beta1;
            _beta2Power *= _settings.Beta2;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor moment in _means.Concat(_squares))
            moment.Dispose();
    }
}

/// <summary>What an <see cref="AdamW"/> keeps fixed over its steps.</summary>
/// <param name="Beta1">β₁, the memory of the mean.</param>
/// <param name="Beta2">β₂, the memory of the square.</param>
/// <param name="Epsilon">ε, added to √v̂.</param>
/// <param name="WeightDecay">λ, for matrices only.</param>
/// <param name="MaxGradientNorm">Gradients of a larger norm, all parameters together, are scaled down to it.</param>
public sealed record AdamWSettings(
    float Beta1 = 0.9f, float Beta2 = 0.98f, float Epsilon = 1e-8f, float WeightDecay = 0.01f, float MaxGradientNorm = 1);

/// <summary>
/// One AdamW step, element by element: what <see cref="AdamW"/> does to a parameter, for whoever has gradients in parts.
/// </summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="GradientScale">What gradients are multiplied by first.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Decay">ηλ.</param>
/// <param name="MeanCorrection">1 / (1 − β₁ᵗ).</param>
/// <param name="SquareCorrection">1 / (1 − β₂ᵗ).</param>
public readonly record struct AdamStep(
    float Beta1, float Beta2, float Epsilon, float GradientScale, float LearningRate, float Decay,
    float MeanCorrection, float SquareCorrection)
{
    /// <summary>Moves weights against their gradients, and updates their moments; all of one length.</summary>
    public void Apply(Span<float> weights, ReadOnlySpan<float> gradients, Span<float> means, Span<float> squares)
    {
        int i = 0, count = weights.Length;
        ref float ws = ref MemoryMarshal.GetReference(weights), gs = ref MemoryMarshal.GetReference(gradients[..count]);
        ref float ms = ref MemoryMarshal.GetReference(means[..count]), vs = ref MemoryMarshal.GetReference(squares[..count]);
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            nuint at = (nuint)i;
            Vector256<float> w = Vector256.LoadUnsafe(ref ws, at), g = Vector256.LoadUnsafe(ref gs, at) * GradientScale;
            Vector256<float> m = (Vector256.LoadUnsafe(ref ms, at) * Beta1) + (g * (1 - Beta1));
            Vector256<float> v = (Vector256.LoadUnsafe(ref vs, at) * Beta2) + (g * g * (1 - Beta2));
            Vector256<float> root = Vector256.Sqrt(v * SquareCorrection) + Vector256.Create(Epsilon);
            m.StoreUnsafe(ref ms, at);
            v.StoreUnsafe(ref vs, at);
            (w - (m * MeanCorrection / root * LearningRate) - (w * Decay)).StoreUnsafe(ref ws, at);
        }
        for (; i < count; i++)
        {
            float g = gradients[i] * GradientScale;
            float m = (means[i] * Beta1) + (g * (1 - Beta1)), v = (squares[i] * Beta2) + (g * g * (1 - Beta2));
            (means[i], squares[i]) = (m, v);
            float root = MathF.Sqrt(v * SquareCorrection) + Epsilon;
            weights[i] = weights[i] - (m * MeanCorrection / root * LearningRate) - (weights[i] * Decay);
        }
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>One AdamW step of one parameter, its moments updated in place.</summary>
    public abstract void AdamStep(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamStep step);
}

internal sealed unsafe partial class CpuBackend
{
    public override void AdamStep(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamStep step) =>
        Work.For(parameter.Shape.Count, ElementGrain, (start, end) => step.Apply(
            parameter.Data[start..end], gradient.Data[start..end], mean.Data[start..end], square.Data[start..end]));
}
