using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>Three steps of SAELens' training, with torch's Adam, against the same three steps here.</summary>
public class TrainingParityTests
{
    // Sums of some hundred terms in another order; Adam divides by gradients that are nearly 0, where only its epsilon holds.
    const float LossTolerance = 2e-5f, WeightTolerance = 2e-5f;

    [FixtureFact]
    public void ReLU_with_a_weighted_L1_learns_what_SAELens_does() => Follow("train_standard", Recipe(CoderKind.Relu) with
    {
        Sparsity = new(SparsityPenalty.WeightedL1, 0.5f),
    }, "l1_loss");

    [FixtureFact]
    public void JumpReLU_learns_what_SAELens_does() => Follow("train_jumprelu", Recipe(CoderKind.JumpRelu) with
    {
        Sparsity = new(SparsityPenalty.L0, 0.1f),
        Threshold = new(0.01f, 0.3f),
    }, "l0_loss");

    /// <summary>
    /// What differs is meant: SAELens' auxiliary loss decodes with the bias, which its target does not hold, and takes
    /// negative pre-activations of dead latents too. So losses but the auxiliary one, and all that happens to living
    /// latents, are compared.
    /// </summary>
    [FixtureFact]
    public void TopK_does_to_living_latents_what_SAELens_does()
    {
        using SafetensorsFile file = SafetensorsFile.Open(
            Path.Combine(Fixtures.ThirdParty("parity", "saelens", "train_topk"), "training_reference.safetensors"));
        CoderSite site = new("blocks.1.hook_resid_post", 32);
        TrainingRecipe recipe = Recipe(CoderKind.TopK) with
        {
            K = 8,
            RanksByDecoderNorm = true,
            Revival = new(DeadAfter: 1000, AuxK: 16, AuxCoefficient: 1, AuxUnit: ErrorUnit.Squared),
        };
        using DictionaryTrainer trainer = new(recipe, new CoderPlace([site], [site]));
        Begin(trainer, file);
        long[] dead = file.ReadInt64("dead_neuron_mask");
        for (int i = 0; i < dead.Length; i++)
            trainer.Coders[0].Unfired[i] = dead[i] == 1 ? 1000 : 0;
        using Tensor input = Read(file, "step0.input", 64, 32);
        TrainingFigures figures = trainer.Step([input], [input]);
        Near(Scalar(file, "step0.loss.mse_loss"), figures.Error);
        Assert.True(figures.Auxiliary > 0);
        int[] living = [.. Enumerable.Range(0, 96).Where(i => dead[i] == 0)];
        Assert.InRange(living.Length, 40, 95);
        float[] encoder = Transposed(Numbers(file, "step0.after.W_enc"), 32, 96), decoder = Numbers(file, "step0.after.W_dec");
        float[] bias = Numbers(file, "step0.after.b_enc");
        foreach (int i in living)
        {
            Assert.Equal(bias[i], trainer.Coders[0].EncoderBias.Value.Data[i], WeightTolerance);
            for (int d = 0; d < 32; d++)
            {
                Assert.Equal(encoder[(i * 32) + d], trainer.Coders[0].Encoder.Row(i)[d], WeightTolerance);
                Assert.Equal(decoder[(i * 32) + d], trainer.Coders[0].Decoder.Row(i)[d], WeightTolerance);
            }
        }
    }

    static TrainingRecipe Recipe(CoderKind kind) => new()
    {
        Kind = kind,
        NLatents = 96,
        Steps = 3,
        Decoder = new(Bias: InitialBias.Zero),
        Optimizer = new(LearningRate: 1e-3f),
    };

    static void Follow(string name, TrainingRecipe recipe, string penalty)
    {
        using SafetensorsFile file = SafetensorsFile.Open(
            Path.Combine(Fixtures.ThirdParty("parity", "saelens", name), "training_reference.safetensors"));
        CoderSite site = new("blocks.1.hook_resid_post", 32);
        using DictionaryTrainer trainer = new(recipe, new CoderPlace([site], [site]));
        Begin(trainer, file);
        for (int step = 0; step < 3; step++)
        {
            using Tensor input = Read(file, $"step{step}.input", 64, 32);
            TrainingFigures figures = trainer.Step([input], [input]);
            Near(Scalar(file, $"step{step}.loss"), figures.Loss);
            Near(Scalar(file, $"step{step}.loss.mse_loss"), figures.Error);
            Near(Scalar(file, $"step{step}.loss.{penalty}"), figures.Sparsity);
            foreach ((string weight, float[] found) in Weights(trainer))
            {
                float[] expected = Numbers(file, $"step{step}.after.{weight}");
                for (int i = 0; i < found.Length; i++)
                    Assert.True(MathF.Abs(found[i] - expected[i]) <= WeightTolerance,
                        $"step {step}, {weight}[{i}]: {found[i]} where SAELens has {expected[i]}");
            }
        }
    }

    static void Begin(DictionaryTrainer trainer, SafetensorsFile file)
    {
        TrainedCoder coder = trainer.Coders[0];
        Transposed(Numbers(file, "init.W_enc"), 32, 96).CopyTo(coder.Encoder.Value.Data);
        Numbers(file, "init.W_dec").CopyTo(coder.Decoder.Value.Data);
        Numbers(file, "init.b_enc").CopyTo(coder.EncoderBias.Value.Data);
        Numbers(file, "init.b_dec").CopyTo(trainer.Biases[0].Value.Data);
        if (coder.LogThreshold is { } threshold)
            Numbers(file, "init.log_threshold").CopyTo(threshold.Value.Data);
    }

    static IEnumerable<(string Name, float[] Values)> Weights(DictionaryTrainer trainer)
    {
        TrainedCoder coder = trainer.Coders[0];
        yield return ("W_enc", Transposed(coder.Encoder.Value.Data.ToArray(), 96, 32));
        yield return ("W_dec", coder.Decoder.Value.Data.ToArray());
        yield return ("b_enc", coder.EncoderBias.Value.Data.ToArray());
        yield return ("b_dec", trainer.Biases[0].Value.Data.ToArray());
        if (coder.LogThreshold is { } threshold)
            yield return ("log_threshold", threshold.Value.Data.ToArray());
    }

    static float[] Transposed(float[] matrix, int rows, int columns) =>
        [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[(i % rows * columns) + (i / rows)])];

    static Tensor Read(SafetensorsFile file, string name, int rows, int columns) => Tensor.From(Numbers(file, name), rows, columns);

    static float Scalar(SafetensorsFile file, string name) => Numbers(file, name)[0];

    static float[] Numbers(SafetensorsFile file, string name)
    {
        float[] numbers = new float[file.EntryOf(name).Count];
        file.Read(name, numbers);
        return numbers;
    }

    static void Near(double expected, double found) =>
        Assert.True(Math.Abs(expected - found) <= LossTolerance * Math.Max(1, Math.Abs(expected)), $"{found} where {expected} is right");
}
