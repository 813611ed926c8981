using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>What training promises besides its gradients.</summary>
public class TrainerTests
{
    const int Rows = 96;

    public static TheoryData<string, string> Kinds => new()
    {
        { "relu weighted L1", "autoencoder" },
        { "gated", "crosscoder" },
        { "topk aux", "cross-layer" },
        { "batchtopk by norm", "autoencoder" },
        { "matryoshka batchtopk", "transcoder" },
        { "jumprelu silent", "cross-layer" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_number_of_threads_changes_no_byte(string name, string role)
    {
        int threads = Work.Threads;
        try
        {
            Work.Threads = 1;
            using DictionaryTrainer one = Trained(Recipe(name), role, 4);
            Work.Threads = 3;
            using DictionaryTrainer three = Trained(Recipe(name), role, 4);
            Assert.Equal(Bytes(one), Bytes(three));
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Going_on_from_a_state_gives_the_bytes_of_a_run_that_was_never_stopped(string name, string role)
    {
        using TemporaryFolder folder = new();
        TrainingRecipe recipe = Recipe(name) with { Revival = Recipe(name).Revival with { ResampleAt = [5] } };
        string file = Path.Combine(folder.Path, "state.safetensors");
        using DictionaryTrainer whole = Trained(recipe, role, 6), first = Trained(recipe, role, 3);
        first.SaveState(file);
        using DictionaryTrainer second = new(recipe, TrainingExamples.Places[role]);
        second.LoadState(file);
        Train(second, 3);
        Assert.Equal(6, second.Steps);
        Assert.Equal(Bytes(whole), Bytes(second));
    }

    [Fact]
    public void A_gradient_used_at_once_moves_weights_as_one_that_is_kept()
    {
        TrainingRecipe recipe = Recipe("topk aux"), kept = recipe with
        {
            Optimizer = recipe.Optimizer with { MaxGradientNorm = 1e9f }, // never reached, but must be known
        };
        using DictionaryTrainer once = Trained(recipe, "cross-layer", 4), later = Trained(kept, "cross-layer", 4);
        Assert.Equal(Bytes(once), Bytes(later));
    }

    [Fact]
    public void Gradients_above_the_norm_are_scaled_down_to_it()
    {
        TrainingRecipe recipe = TrainingExamples.Recipes["topk"], clipped = recipe with
        {
            Optimizer = recipe.Optimizer with { MaxGradientNorm = 0.5f },
        };
        using DictionaryTrainer free = Trained(recipe, "autoencoder", 1), held = Trained(clipped, "autoencoder", 1);
        double norm = Norm(free);
        Assert.True(norm > 1);
        Assert.Equal(0.5, Norm(held), 1e-5);
        foreach ((Parameter a, Parameter b) in free.Parameters.Zip(held.Parameters))
            for (int i = 0; i < a.Mean.Shape.Count; i++)
                Assert.Equal(a.Mean.Data[i] * 0.5 / norm, b.Mean.Data[i], 1e-6);

        static double Norm(DictionaryTrainer trainer) => Math.Sqrt(trainer.Parameters.Sum(
            parameter => parameter.Mean.Data.ToArray().Sum(g => (double)g * g))); // β₁ is 0
    }

    [Fact]
    public void Sparse_steps_are_those_of_the_dense_optimiser()
    {
        TrainingRecipe recipe = TrainingExamples.Recipes["topk"] with
        {
            Optimizer = new(LearningRate: 0.01f, Beta1: 0, WeightDecay: 0.1f),
            NLatents = 40, // of which few get a gradient
            K = 1,
        };
        using DictionaryTrainer trainer = new(recipe, TrainingExamples.Places["autoencoder"]);
        Tensor weight = trainer.Coders[0].Decoder.Value;
        using Tensor dense = weight.Clone();
        using AdamW adam = new([dense], new AdamWSettings(0, 0.999f, 1e-8f, 0.1f, float.PositiveInfinity));
        for (int step = 0; step < 5; step++)
        {
            (Tensor[] inputs, Tensor[] targets) = TrainingExamples.Batch(trainer, batch: step);
            trainer.Step(inputs, targets);
            adam.Step([trainer.Coders[0].Decoder.Mean], 0.01f); // with β₁ = 0 the mean is the gradient
            Assert.True(dense.Data.SequenceEqual(weight.Data));
        }
        Assert.Contains(Enumerable.Range(0, 40), i => trainer.Coders[0].Decoder.Row(i).ToArray().Any(w => w != 0)
            && trainer.Coders[0].Unfired[i] > 0);
    }

    [Fact]
    public void Decoder_rows_held_to_norm_one_stay_there()
    {
        TrainingRecipe recipe = TrainingExamples.Recipes["relu L1"] with { Decoder = new(UnitNorm: true) };
        using DictionaryTrainer trainer = Trained(recipe, "crosscoder", 3);
        for (int i = 0; i < TrainingExamples.NLatents; i++)
            Assert.Equal(1, Reduce.SumOfSquares(trainer.Coders[0].Decoder.Row(i)), 1e-5f);
    }

    [Fact]
    public void Every_kind_learns()
    {
        foreach ((string name, TrainingRecipe recipe) in TrainingExamples.Recipes)
        {
            SparsityRecipe? paid = recipe.Sparsity is { } sparsity ? sparsity with { Coefficient = 0.01f } : null;
            using DictionaryTrainer trainer = new(
                recipe with
                {
                    Steps = 150,
                    Optimizer = new(LearningRate: 0.01f),
                    Sparsity = paid,
                    Revival = recipe.Revival with { DeadAfter = 300 },
                },
                TrainingExamples.Places["autoencoder"]);
            (Tensor[] inputs, Tensor[] targets) = TrainingExamples.Batch(trainer, Rows);
            double first = trainer.Step(inputs, targets).Unexplained, last = 0;
            for (int step = 1; step < 150; step++)
                last = trainer.Step(inputs, targets).Unexplained;
            Assert.True(last < 0.7 * first, $"{name}: {last} of the variance unexplained, {first} at first");
        }
    }

    static TrainingRecipe Recipe(string name) => TrainingExamples.Recipes[name] with
    {
        Steps = 10,
        Optimizer = new(LearningRate: 0.01f, WarmUpSteps: 2, DecaySteps: 3),
        Decoder = new(Bias: InitialBias.GeometricMedian),
        Revival = TrainingExamples.Recipes[name].Revival with { DeadAfter = Rows },
    };

    static DictionaryTrainer Trained(TrainingRecipe recipe, string role, int steps)
    {
        DictionaryTrainer trainer = new(recipe, TrainingExamples.Places[role]);
        Train(trainer, steps);
        return trainer;
    }

    static void Train(DictionaryTrainer trainer, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            (Tensor[] inputs, Tensor[] targets) = TrainingExamples.Batch(trainer, Rows, trainer.Steps);
            trainer.Step(inputs, targets);
        }
    }

    static byte[] Bytes(DictionaryTrainer trainer) => [.. trainer.Parameters.SelectMany(parameter =>
        new[] { parameter.Value, parameter.Mean, parameter.Square }.SelectMany(tensor => MemoryMarshal.AsBytes(tensor.Data).ToArray()))];
}
