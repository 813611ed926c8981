using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What gradients of one coder's latents are made of.</summary>
sealed record GradientSources(
    TrainingRecipe Recipe, TrainedCoder Coder, LatentFunction Function, Tensor Inputs, LatentSelection Selection,
    Residuals Residuals, AuxiliaryLoss? Auxiliary, SparsityLoss Sparsity, float CountSlope, bool[] IsDead);

/// <summary>
/// One coder's gradients, latent by latent: only rows in which a latent takes part are looked at, in their order, so
/// sums are the same however latents are shared among threads.
/// </summary>
sealed class LatentGradients
{
    readonly GradientSources _of;
    readonly TrainedCoder _coder;
    readonly ActiveLatents _active;
    readonly KernelWindow? _window;
    readonly float _perRow;

    public LatentGradients(GradientSources of)
    {
        (_of, _coder, _active) = (of, of.Coder, of.Selection.Active);
        int count = of.Recipe.NLatents;
        _perRow = 1f / of.Inputs.Shape[0];
        (EncoderBias, Fired, Penalties) = (new float[count], new bool[count], new double[count]);
        Pre = of.Recipe.Kind == CoderKind.Gated ? new float[count] : EncoderBias;
        if (of.Recipe.Kind == CoderKind.Gated)
            (MagnitudeScale, MagnitudeBias) = (new float[count], new float[count]);
        if (of.Recipe.Kind == CoderKind.JumpRelu)
            _window = new KernelWindow(of, LogThreshold = new float[count]);
    }

    /// <summary>∂/∂b_enc.</summary>
    public float[] EncoderBias { get; }

    /// <summary>∂/∂ of the product of each latent, over all rows.</summary>
    public float[] Pre { get; }

    public float[]? MagnitudeScale { get; }

    public float[]? MagnitudeBias { get; }

    public float[]? LogThreshold { get; }

    /// <summary>Whether each latent was active in some row.</summary>
    public bool[] Fired { get; }

    /// <summary>What each latent pays for its activations, and for being silent, already divided by the rows.</summary>
    public double[] Penalties { get; }

    /// <summary>What dead latents pay for being silent.</summary>
    public double Silence => _window?.Silence.Sum() ?? 0;

    /// <summary>Gradients of a latent's rows of the encoder and the decoder.</summary>
    public void Of(int latent, Span<float> encoder, Span<float> decoder, GradientRoom room)
    {
        encoder.Clear();
        decoder.Clear();
        ReadOnlySpan<int> rows = _active.RowsOf(latent);
        ReadOnlySpan<float> values = _active.ValuesOfLatent(latent);
        room.Grow(rows.Length);
        Span<float> f = room.F[..rows.Length], df = room.Slope[..rows.Length];
        for (int e = 0; e < rows.Length; e++)
        {
            f[e] = _of.Function.Of(latent, values[e]);
            Fired[latent] |= f[e] > 0;
        }
        df.Clear();
        Tensor[] gradients = _of.Residuals.Of[GroupOf(latent)];
        AddOutputs(latent, rows, f, df, gradients, decoder);
        Span<float> dg = df;
        if (_of.Recipe.Kind == CoderKind.Gated)
            dg = Gate(latent, rows, values, f, df, decoder, room);
        else
        {
            Pay(latent, f, df, decoder);
            _window?.ToPre(latent, values, df);
        }
        Pre[latent] += AddInputs(rows, dg, encoder);
        Revive(latent, encoder, decoder, room);
        _window?.Wake(latent, _active, encoder, decoder, Pre);
        if (_of.Recipe.Decoder.UnitNorm)
            RemoveParallel(_coder.Decoder.Row(latent), decoder);
    }

    int GroupOf(int latent)
    {
        int group = 0;
        while (latent >= _of.Residuals.Groups[group])
            group++;
        return group;
    }

    // ∂/∂f = Σ_outputs gradient · W_dec; ∂/∂W_dec = Σ_rows f · gradient.
    void AddOutputs(
        int latent, ReadOnlySpan<int> rows, ReadOnlySpan<float> f, Span<float> df, Tensor[] gradients, Span<float> decoder)
    {
        for (int o = 0; o < _coder.Sites.Length; o++)
        {
            int start = _coder.Offsets[o], width = _coder.Offsets[o + 1] - start;
            ReadOnlySpan<float> all = gradients[_coder.Sites[o]].Data, weights = _coder.Decoder.Row(latent).Slice(start, width);
            Span<float> sum = decoder.IsEmpty ? decoder : decoder.Slice(start, width);
            for (int e = 0; e < rows.Length; e++)
            {
                ReadOnlySpan<float> gradient = all.Slice(rows[e] * width, width);
                df[e] += Reduce.Dot(gradient, weights);
                if (!sum.IsEmpty && f[e] != 0)
                    TensorPrimitives.FusedMultiplyAdd(gradient, f[e], sum, sum);
            }
        }
    }

    float AddInputs(ReadOnlySpan<int> rows, ReadOnlySpan<float> slopes, Span<float> encoder)
    {
        ReadOnlySpan<float> inputs = _of.Inputs.Data;
        float sum = 0;
        for (int e = 0; e < rows.Length; e++)
        {
            if (slopes[e] == 0)
                continue;
            ReadOnlySpan<float> input = inputs.Slice(rows[e] * encoder.Length, encoder.Length);
            TensorPrimitives.FusedMultiplyAdd(input, slopes[e], encoder, encoder);
            sum += slopes[e];
        }
        return sum;
    }

    // The sparsity penalty of activations v ≥ 0.
    void Pay(int latent, ReadOnlySpan<float> v, Span<float> slopes, Span<float> decoder)
    {
        if (!_of.Sparsity.IsOfActivations)
            return;
        float norm = _of.Sparsity.UsesNorms ? RowNorm.Of(_coder, latent, _of.Sparsity.SumsNorms) : 1, normSlope = 0;
        for (int e = 0; e < v.Length; e++)
        {
            (float value, float slope, float ofNorm) = _of.Sparsity.Of(v[e], norm);
            Penalties[latent] += (double)value * _perRow;
            slopes[e] += slope * _perRow;
            normSlope += ofNorm;
        }
        RowNorm.AddGradient(_coder, latent, normSlope * _perRow, _of.Sparsity.SumsNorms, decoder);
    }

    // f = relu(g e^r + b_mag) where π = g + b_gate > 0; relu(π) pays, and reconstructs the target besides.
    Span<float> Gate(
        int latent, ReadOnlySpan<int> rows, ReadOnlySpan<float> g, ReadOnlySpan<float> f, Span<float> df, Span<float> decoder,
        GradientRoom room)
    {
        Span<float> gates = room.Gate[..rows.Length], slopes = room.GateSlope[..rows.Length];
        slopes.Clear();
        for (int e = 0; e < rows.Length; e++)
            gates[e] = _of.Function.Gate(latent, g[e]);
        AddOutputs(latent, rows, gates, slopes, _of.Auxiliary!.Gradients, []);
        Pay(latent, gates, slopes, decoder);
        float scale = _of.Function.Scale(latent);
        for (int e = 0; e < rows.Length; e++)
        {
            float magnitude = f[e] > 0 ? df[e] : 0;
            MagnitudeBias![latent] += magnitude;
            MagnitudeScale![latent] += magnitude * g[e] * scale;
            EncoderBias[latent] += slopes[e];
            slopes[e] += magnitude * scale;
        }
        return slopes;
    }

    void Revive(int latent, Span<float> encoder, Span<float> decoder, GradientRoom room)
    {
        if (_of.Selection.Revived is not { } revived || revived.RowsOf(latent) is not { Length: > 0 } rows)
            return;
        room.Grow(rows.Length);
        Span<float> df = room.Slope[..rows.Length];
        df.Clear();
        AddOutputs(latent, rows, revived.ValuesOfLatent(latent), df, _of.Auxiliary!.Gradients, decoder);
        Pre[latent] += AddInputs(rows, df, encoder);
    }

    static void RemoveParallel(ReadOnlySpan<float> row, Span<float> gradient)
    {
        float along = Reduce.SumOfSquares(row) is > 0 and float square ? Reduce.Dot(row, gradient) / square : 0;
        TensorPrimitives.FusedMultiplyAdd(row, -along, gradient, gradient);
    }
}

/// <summary>A thread's room for what a latent's rows have.</summary>
sealed class GradientRoom
{
    float[] _f = [], _slope = [], _gate = [], _gateSlope = [];

    public Span<float> F => _f;

    public Span<float> Slope => _slope;

    public Span<float> Gate => _gate;

    public Span<float> GateSlope => _gateSlope;

    public void Grow(int rows)
    {
        if (_f.Length < rows)
            (_f, _slope, _gate, _gateSlope) = (new float[rows], new float[rows], new float[rows], new float[rows]);
    }
}
