using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A trainer's coders for use: with the scaling of activations folded in.</summary>
/// <remarks>
/// Of x' = s x and y' = t y: W_enc s, W_dec / t, b_dec / t and W_skip s / t; pre-activations and thresholds stay, but where
/// they are in units of the output they are divided by t too.
/// </remarks>
sealed class CoderExport(DictionaryTrainer trainer, Func<CoderSite, float> scaleOf)
{
    readonly TrainingRecipe _recipe = trainer.Recipe;

    public CoderSet Set() => new([.. trainer.Coders.Select(Coder)]);

    SparseCoder Coder(TrainedCoder coder, int index)
    {
        float[] written = [.. coder.Place.Outputs.Select(scaleOf)];
        float unit = _recipe.RanksByDecoderNorm ? written[0] : 1;
        if (_recipe.RanksByDecoderNorm && written.Distinct().Count() > 1)
            throw new InputException("latents are ranked by decoder norm, which needs all outputs scaled by the same number");
        CoderConfig config = new()
        {
            Kind = _recipe.Kind,
            Inputs = coder.Place.Inputs,
            Outputs = coder.Place.Outputs,
            NLatents = _recipe.NLatents,
            K = _recipe.K,
            SubtractsDecoderBias = coder.Subtracts,
            ScalesByDecoderNorm = _recipe.RanksByDecoderNorm,
            IsTranscoder = !coder.Place.ReadsWhatItWrites,
        };
        return new SparseCoder(config.Checked("the trained dictionary"), new CoderWeights
        {
            Encoder = Encoder(coder),
            EncoderBias = coder.EncoderBias.Value.Clone(),
            MagnitudeScale = coder.MagnitudeScale?.Value.Clone(),
            MagnitudeBias = coder.MagnitudeBias?.Value.Clone(),
            Thresholds = Thresholds(coder, unit),
            Decoders = [.. written.Select((scale, o) => Decoder(coder, index, o, scale))],
        });
    }

    Tensor? Thresholds(TrainedCoder coder, float unit)
    {
        if (coder.LogThreshold is not null)
            return Tensor.From(TrainedCoder.Exponentials(coder.LogThreshold), _recipe.NLatents);
        if (_recipe.Kind != CoderKind.BatchTopK)
            return null;
        Tensor thresholds = Tensor.Zeros(_recipe.NLatents);
        thresholds.Data.Fill(coder.KeptThreshold / unit);
        return thresholds;
    }

    Tensor Encoder(TrainedCoder coder)
    {
        float[] factors = [.. coder.Place.Inputs.SelectMany(site => Enumerable.Repeat(scaleOf(site), site.Width))];
        return Tensor.Constant(new Shape(coder.DIn, _recipe.NLatents), NumberType.F32, (row, rows, to) =>
        {
            Span<float> numbers = MemoryMarshal.Cast<byte, float>(to);
            for (int i = 0; i < rows; i++)
                TensorPrimitives.Multiply(coder.Encoder.Row(row + i), factors, numbers[(i * coder.DIn)..]);
        }, readsTransposed: true);
    }

    // A site's bias belongs to the coder of its own layer, whose first output it is; else to the first that writes it.
    CoderDecoder Decoder(TrainedCoder coder, int index, int output, float scale)
    {
        CoderSite site = coder.Place.Outputs[output];
        int owner = trainer.Places.ToList().FindIndex(place => place.Outputs[0] == site);
        if (owner < 0)
            owner = trainer.Places.ToList().FindIndex(place => place.Outputs.Contains(site));
        Tensor weight = Tensor.Zeros(_recipe.NLatents, site.Width);
        for (int i = 0; i < _recipe.NLatents; i++)
        {
            ReadOnlySpan<float> row = coder.Decoder.Row(i).Slice(coder.Offsets[output], site.Width);
            TensorPrimitives.Divide(row, scale, weight.Data[(i * site.Width)..]);
        }
        return new CoderDecoder
        {
            Weight = weight,
            Bias = owner == index ? Divided(trainer.Biases[coder.Sites[output]].Value, scale) : null,
            Skip = output == 0 && coder.Skip is { } skip ? Divided(skip.Value, scale / scaleOf(coder.Place.Inputs[0])) : null,
        };
    }

    static Tensor Divided(Tensor tensor, float divisor)
    {
        Tensor quotient = Tensor.Zeros(tensor.Shape);
        TensorPrimitives.Divide(tensor.Data, divisor, quotient.Data);
        return quotient;
    }
}
