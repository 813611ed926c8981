using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// One coder's step: each latent's gradient is used as soon as it is found, while its weights are near, and then
/// forgotten; it is kept only where the norm of all gradients must be known first.
/// </summary>
sealed class CoderUpdate : IDisposable
{
    const int Grain = 64; // latents that one thread takes at a time

    readonly TrainedCoder _coder;
    readonly TrainingRecipe _recipe;
    readonly Tensor? _encoder, _decoder;
    readonly double[] _squares;
    readonly float[]?[] _biasParts; // of each chunk: Σ ∂p · W_enc, which the subtracted bias gets with a minus

    public CoderUpdate(GradientSources of, bool keeps)
    {
        (_coder, _recipe, Gradients) = (of.Coder, of.Recipe, new LatentGradients(of));
        if (keeps)
            (_encoder, _decoder) = (Tensor.Zeros(_coder.Encoder.Value.Shape), Tensor.Zeros(_coder.Decoder.Value.Shape));
        _squares = new double[keeps ? _recipe.NLatents : 0];
        _biasParts = new float[(_recipe.NLatents + Grain - 1) / Grain][];
    }

    /// <summary>The gradients.</summary>
    public LatentGradients Gradients { get; }

    /// <summary>W_skip's gradient, if there is one.</summary>
    public Tensor? Skip { get; init; }

    /// <summary>Finds all gradients, and unless they are kept moves the weights.</summary>
    public void Find(AdamStep matrices) => Work.For(_recipe.NLatents, Grain, (start, end) =>
    {
        GradientRoom room = new();
        int dIn = _coder.DIn, width = _coder.Offsets[^1];
        float[] ownEncoder = new float[_encoder is null ? dIn : 0], ownDecoder = new float[_encoder is null ? width : 0];
        float[]? biasPart = _coder.Subtracts ? _biasParts[start / Grain] = new float[dIn] : null;
        for (int i = start; i < end; i++)
        {
            Span<float> encoder = _encoder is null ? ownEncoder : _encoder.Data.Slice(i * dIn, dIn);
            Span<float> decoder = _decoder is null ? ownDecoder : _decoder.Data.Slice(i * width, width);
            Gradients.Of(i, encoder, decoder, room);
            if (biasPart is not null)
                TensorPrimitives.FusedMultiplyAdd(_coder.Encoder.Row(i), Gradients.Pre[i], biasPart, biasPart);
            if (_encoder is null)
                Move(i, encoder, decoder, matrices);
            else
                _squares[i] = (double)Reduce.SumOfSquares(encoder) + Reduce.SumOfSquares(decoder);
        }
    });

    /// <summary>Takes from the biases' gradients what they get through the input.</summary>
    public void SubtractBias(float[][] biases)
    {
        foreach (float[]? part in _biasParts)
            for (int o = 0; part is not null && o < _coder.Sites.Length; o++)
            {
                float[] bias = biases[_coder.Sites[o]];
                TensorPrimitives.Subtract(bias, part.AsSpan(_coder.Offsets[o].._coder.Offsets[o + 1]), bias);
            }
    }

    /// <summary>Σ of the squares of all gradients that were kept.</summary>
    public double SumOfSquares() => _squares.Sum()
        + Vectors().Sum(vector => (double)Reduce.SumOfSquares(vector.Gradient))
        + (Skip is null ? 0 : Reduce.SumOfSquares(Skip.Data));

    /// <summary>Moves what has not moved yet.</summary>
    public void Finish(AdamStep matrices)
    {
        if (_encoder is not null)
        {
            int dIn = _coder.DIn, width = _coder.Offsets[^1];
            Work.For(_recipe.NLatents, Grain, (start, end) =>
            {
                for (int i = start; i < end; i++)
                    Move(i, _encoder.Data.Slice(i * dIn, dIn), _decoder!.Data.Slice(i * width, width), matrices);
            });
        }
        foreach ((Parameter parameter, float[] gradient) in Vectors())
            parameter.Step(matrices with { Decay = 0 }, gradient);
        if (Skip is not null)
            _coder.Skip!.Step(matrices, Skip.Data);
    }

    public void Dispose()
    {
        _encoder?.Dispose();
        _decoder?.Dispose();
        Skip?.Dispose();
    }

    void Move(int latent, ReadOnlySpan<float> encoder, ReadOnlySpan<float> decoder, AdamStep step)
    {
        _coder.Encoder.Step(step, latent, encoder);
        _coder.Decoder.Step(step, latent, decoder);
        if (_recipe.Decoder.UnitNorm)
            TrainedCoder.Scaled(_coder.Decoder.Row(latent), _coder.Decoder.Row(latent), 1);
    }

    IEnumerable<(Parameter Parameter, float[] Gradient)> Vectors()
    {
        yield return (_coder.EncoderBias, Gradients.EncoderBias);
        if (_coder.MagnitudeScale is { } scale)
            yield return (scale, Gradients.MagnitudeScale!);
        if (_coder.MagnitudeBias is { } bias)
            yield return (bias, Gradients.MagnitudeBias!);
        if (_coder.LogThreshold is { } threshold)
            yield return (threshold, Gradients.LogThreshold!);
    }
}
