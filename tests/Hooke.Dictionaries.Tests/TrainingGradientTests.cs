using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Losses are those of the definitions, and gradients their differences, for every kind in every role.</summary>
public class TrainingGradientTests
{
    const double Step = 1e-5;

    public static TheoryData<string, string, bool> All
    {
        get
        {
            TheoryData<string, string, bool> all = [];
            foreach (string recipe in TrainingExamples.Recipes.Keys)
                foreach (string role in TrainingExamples.Places.Keys)
                    all.Add(recipe, role, role is "transcoder" or "cross-layer");
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Gradients_are_differences_of_the_loss(string name, string role, bool skips)
    {
        TrainingRecipe recipe = TrainingExamples.Recipes[name] with { HasSkip = skips };
        using DictionaryTrainer trainer = new(recipe, TrainingExamples.Places[role]);
        (Tensor[] inputs, Tensor[] targets) = TrainingExamples.Batch(trainer);
        Stir(trainer);
        TrainingDefinition definition = new(trainer, inputs, targets);
        foreach ((TrainedCoder coder, int c) in trainer.Coders.Select((coder, c) => (coder, c)))
            for (int i = 0; i < TrainingExamples.NLatents && recipe.Revival.DeadAfter == 1; i += 2)
            {
                coder.Unfired[i] = 1;
                definition.Dead.Add((c, i));
            }
        double expected = definition.Loss();
        Dictionary<string, double[]> slopes = definition.Weights.Keys.ToDictionary(weight => weight, weight => Slopes(definition, weight));
        foreach ((TrainedCoder coder, int c) in trainer.Coders.Select((coder, c) => (coder, c)))
            if (coder.LogThreshold is { } threshold)
                AddStraightThrough(definition, trainer, c, slopes[threshold.Name]);
        TrainingFigures figures = trainer.Step(inputs, targets);
        Assert.True(Math.Abs(figures.Loss - expected) < 1e-5 * Math.Max(1, expected), $"loss {figures.Loss} where {expected} is right");
        foreach (Parameter parameter in trainer.Parameters)
            Near(slopes[parameter.Name], parameter.Mean.Data, parameter.Name);
    }

    // Other numbers than those that training begins with, which are alike in encoder and decoder.
    static void Stir(DictionaryTrainer trainer)
    {
        foreach (Parameter parameter in trainer.Parameters)
        {
            using Tensor noise = Made.Normal(new Rng(3).Fork(parameter.Name), parameter.Value.Shape.Count);
            for (int i = 0; i < noise.Shape.Count; i++)
                parameter.Value.Data[i] += 0.3f * noise.Data[i];
        }
    }

    // Of a matrix every seventh number, which comes past all rows and columns; NaN for the others.
    static double[] Slopes(TrainingDefinition definition, string weight)
    {
        int length = definition.Weights[weight].Length;
        return [.. Enumerable.Range(0, length).Select(i => i % 7 > 0 && length > 2 * TrainingExamples.NLatents ? double.NaN
            : (definition.Loss(weight, i, Step) - definition.Loss(weight, i, -Step)) / (2 * Step))];
    }

    // θ moves the jump by −(θ/ε) K((p − θ)/ε) for each unit of f.
    static void AddStraightThrough(TrainingDefinition definition, DictionaryTrainer trainer, int coder, double[] slopes)
    {
        double[] pre = definition.Pre(coder);
        double width = trainer.Recipe.Threshold.Bandwidth;
        int inWindow = 0;
        for (int i = 0; i < pre.Length; i++)
        {
            int latent = i % TrainingExamples.NLatents;
            double threshold = Math.Exp(definition.Weights[$"coders.{coder}.log_threshold"][latent]);
            if (Math.Abs(pre[i] - threshold) / width >= 0.5)
                continue;
            inWindow++;
            definition.Nudge = (coder, i / TrainingExamples.NLatents, latent, Step);
            double up = definition.Loss();
            definition.Nudge = (coder, i / TrainingExamples.NLatents, latent, pre[i] > threshold ? -Step : 0);
            double slope = (up - definition.Loss()) / (pre[i] > threshold ? 2 * Step : Step);
            definition.Nudge = null;
            slopes[latent] -= slope * threshold / width * threshold;
        }
        Assert.InRange(inWindow, 1, pre.Length / 2);
    }

    // Gradients are sums in float32 of at most some hundred terms of the largest one's size.
    static void Near(double[] expected, ReadOnlySpan<float> found, string weight)
    {
        double largest = expected.Where(slope => !double.IsNaN(slope)).Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(double.IsNaN(expected[i]) || Math.Abs(expected[i] - found[i]) <= 1e-4 * Math.Max(1, largest),
                $"{weight}[{i}]: {found[i]} where {expected[i]} is right");
    }
}
