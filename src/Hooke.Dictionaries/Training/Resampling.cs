using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Dead latents start anew from rows that are reconstructed badly: a row is drawn with a probability ∝ (‖y − ŷ‖²)², its
/// input becomes encoder (at 0.2 of the mean norm of living ones) and decoder, which for a transcoder is what was missing.
/// </summary>
/// <remarks>Source: Bricken et al. 2023, "Towards monosemanticity".</remarks>
static class Resampling
{
    const float EncoderShare = 0.2f;

    public static void Run(DictionaryTrainer trainer, TrainingBatch batch)
    {
        for (int c = 0; c < trainer.Coders.Count; c++)
        {
            TrainedCoder coder = trainer.Coders[c];
            bool[] dead = [.. coder.Unfired.Select(rows => rows >= trainer.Recipe.Revival.DeadAfter)];
            if (!dead.Contains(true) || !dead.Contains(false))
                continue;
            float encoder = EncoderShare * MeanNorm(coder.Encoder, dead);
            float decoder = trainer.Recipe.Decoder.UnitNorm ? 1 : MeanNorm(coder.Decoder, dead);
            double[] below = Cumulated(batch.Losses);
            Draws draws = new Rng(trainer.Recipe.Seed).Fork("resampling").Fork(trainer.Steps).Fork(c).Draw();
            for (int i = 0; i < dead.Length; i++)
                if (dead[i])
                    Restart(coder, i, Drawn(below, draws.Uniform()), batch, c, encoder, decoder);
        }
    }

    static void Restart(
        TrainedCoder coder, int latent, int row, TrainingBatch batch, int index, float encoderNorm, float decoderNorm)
    {
        ReadOnlySpan<float> input = batch.Centred[index].Data.Slice(row * coder.DIn, coder.DIn);
        TrainedCoder.Scaled(input, coder.Encoder.Row(latent), encoderNorm);
        if (coder.Place.ReadsWhatItWrites)
            TrainedCoder.Scaled(input, coder.Decoder.Row(latent), decoderNorm);
        else
            TrainedCoder.Scaled(batch.Missing(coder, row), coder.Decoder.Row(latent), decoderNorm);
        coder.EncoderBias.Value.Data[latent] = 0;
        foreach (Parameter parameter in coder.Parameters)
            if (parameter != coder.Skip)
                parameter.Forget(latent);
        coder.Unfired[latent] = 0;
    }

    static double[] Cumulated(double[] losses)
    {
        double[] below = new double[losses.Length];
        double sum = 0;
        for (int r = 0; r < losses.Length; r++)
            below[r] = sum += losses[r] * losses[r];
        return below;
    }

    static int Drawn(double[] below, double uniform)
    {
        int at = Array.BinarySearch(below, uniform * below[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, below.Length - 1);
    }

    static float MeanNorm(Parameter parameter, bool[] dead)
    {
        float sum = 0;
        int count = 0;
        for (int i = 0; i < dead.Length; i++)
            if (!dead[i])
                (sum, count) = (sum + MathF.Sqrt(Reduce.SumOfSquares(parameter.Row(i))), count + 1);
        return sum / count;
    }
}
