using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Rows made of known directions: training finds the directions.</summary>
public class GroundTruthTests
{
    const int Directions = 24, Width = 16, Rows = 256, Active = 2, TrainingSteps = 400;

    [Theory]
    [InlineData(CoderKind.TopK), InlineData(CoderKind.BatchTopK)]
    public void Directions_that_rows_are_made_of_are_found(CoderKind kind)
    {
        CoderSite site = new("made", Width);
        using DictionaryTrainer trainer = new(new TrainingRecipe
        {
            Kind = kind,
            NLatents = Directions,
            K = Active,
            Steps = TrainingSteps,
            Optimizer = new(LearningRate: 0.01f, DecaySteps: 100),
            Decoder = new(InitialNorm: 1, UnitNorm: true, Bias: InitialBias.Mean),
            Revival = new(DeadAfter: 20 * Rows, ResampleAt: [100, 200]),
            Seed = 2,
        }, new CoderPlace([site], [site]));
        float[][] truth = [.. Enumerable.Range(0, Directions).Select(i => Unit(new Rng(1).Fork("truth").Fork(i)))];
        double unexplained = 1;
        for (int step = 0; step < TrainingSteps; step++)
        {
            using Tensor rows = Batch(truth, new Rng(1).Fork("rows").Fork(step).Draw());
            unexplained = trainer.Step([rows], [rows]).Unexplained;
        }
        double found = truth.Average(direction => Enumerable.Range(0, Directions).Max(
            i => Reduce.Dot(direction, trainer.Coders[0].Decoder.Row(i))));
        Assert.True(found > 0.9, $"mean largest cosine {found}");
        Assert.True(unexplained < 0.1, $"{unexplained} of the variance unexplained");
    }

    static float[] Unit(Rng rng)
    {
        float[] row = [.. Enumerable.Range(0, Width).Select(i => rng.Normal((ulong)i))];
        TrainedCoder.Scaled(row, row, 1);
        return row;
    }

    static Tensor Batch(float[][] truth, Draws draws)
    {
        Tensor rows = Tensor.Zeros(Rows, Width);
        for (int r = 0; r < Rows; r++)
            for (int a = 0; a < Active; a++)
            {
                float[] direction = truth[draws.Below(Directions)];
                float size = 0.5f + (float)draws.Uniform();
                for (int d = 0; d < Width; d++)
                    rows.Data[(r * Width) + d] += size * direction[d];
            }
        return rows;
    }
}
