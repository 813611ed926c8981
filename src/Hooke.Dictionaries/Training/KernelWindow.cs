using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// JumpReLU's gradients: f = p [p &gt; θ] passes ∂f to p where it is active, and to θ as −(θ/ε) K((p − θ)/ε), K the
/// rectangle of width 1; the count [p &gt; θ] passes to θ alone, as −(1/ε) K((p − θ)/ε).
/// </summary>
/// <remarks>Source: arXiv:2407.14435; dead latents' loss: Anthropic's circuits update of January 2025.</remarks>
sealed class KernelWindow
{
    readonly GradientSources _of;
    readonly float[] _logThreshold;
    readonly float[]? _inputSums; // Σ over the rows of x, for dead latents, which are silent in nearly all

    public KernelWindow(GradientSources of, float[] logThreshold)
    {
        (_of, _logThreshold) = (of, logThreshold);
        if (of.Recipe.Revival.PreActivation > 0 && of.IsDead.Contains(true))
            _inputSums = SparseRows.ColumnSums(of.Inputs);
        Silence = new double[_inputSums is null ? 0 : logThreshold.Length];
    }

    /// <summary>What each dead latent pays.</summary>
    public double[] Silence { get; }

    /// <summary>Turns ∂/∂f into ∂/∂p, and adds to θ's gradient.</summary>
    public void ToPre(int latent, ReadOnlySpan<float> p, Span<float> slopes)
    {
        float threshold = _of.Function.Threshold(latent), width = _of.Recipe.Threshold.Bandwidth, sum = 0;
        float count = _of.CountSlope / _of.Inputs.Shape[0];
        for (int e = 0; e < p.Length; e++)
        {
            if (MathF.Abs((p[e] - threshold) / width) < 0.5f)
                sum -= ((slopes[e] * threshold) + count) / width;
            if (!(p[e] > threshold))
                slopes[e] = 0;
        }
        _logThreshold[latent] += sum * threshold; // dθ = θ · dlog θ
    }

    /// <summary>c · relu(θ − p) · ‖W_dec‖ of a dead latent: over all rows, less those in which p reaches θ.</summary>
    public void Wake(int latent, ActiveLatents active, Span<float> encoder, Span<float> decoder, float[] bias)
    {
        if (_inputSums is null || !_of.IsDead[latent])
            return;
        float threshold = _of.Function.Threshold(latent), norm = RowNorm.Of(_of.Coder, latent, sums: false);
        int rows = _of.Inputs.Shape[0], silent = rows;
        float weight = _of.Recipe.Revival.PreActivation / rows, slope = weight * norm;
        double sum = Reduce.Dot(_inputSums, _of.Coder.Encoder.Row(latent))
            + ((double)rows * _of.Coder.EncoderBias.Value.Data[latent]);
        TensorPrimitives.FusedMultiplyAdd(_inputSums, -slope, encoder, encoder);
        ReadOnlySpan<float> p = active.ValuesOfLatent(latent);
        ReadOnlySpan<int> at = active.RowsOf(latent);
        for (int e = 0; e < p.Length; e++)
        {
            if (p[e] < threshold)
                continue;
            silent--;
            sum -= p[e];
            ReadOnlySpan<float> input = _of.Inputs.Data.Slice(at[e] * encoder.Length, encoder.Length);
            TensorPrimitives.FusedMultiplyAdd(input, slope, encoder, encoder);
        }
        double below = ((double)silent * threshold) - sum;
        Silence[latent] = weight * norm * below;
        bias[latent] -= slope * silent;
        _logThreshold[latent] += slope * silent * threshold;
        RowNorm.AddGradient(_of.Coder, latent, (float)(weight * below), sums: false, decoder);
    }
}
