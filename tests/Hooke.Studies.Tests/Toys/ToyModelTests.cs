using Hooke.Tensors;

namespace Hooke.Studies.Tests;

public class ToyModelTests
{
    static readonly ToySettings Settings = new(6, 3, 0.4)
    {
        Importances = ToySettings.Decaying(6, 0.7),
        Steps = 60,
        Batch = 64,
        LearningRate = 0.01,
        Rng = new(5),
    };

    [Fact]
    public void The_gradient_is_that_of_finite_differences()
    {
        const float Step = 1e-3f;
        using ToyModel model = ToyTraining.Start(Settings);
        model.Bias.Data.Fill(0.05f);
        using Tensor x = ToyTraining.Samples(Settings, "test", 500);
        IReadOnlyList<Tensor> gradients = model.Gradients(x, Settings.Importances);
        foreach ((Tensor parameter, Tensor gradient) in new[] { model.Weight, model.Bias }.Zip(gradients))
            for (int i = 0; i < parameter.Shape.Count; i++)
            {
                float at = parameter.Data[i];
                parameter.Data[i] = at + Step;
                double above = model.Loss(x, Settings.Importances);
                parameter.Data[i] = at - Step;
                double below = model.Loss(x, Settings.Importances);
                parameter.Data[i] = at;
                // Kinks of the ReLU within the step bend the difference a little.
                Assert.Equal((above - below) / (2 * Step), gradient.Data[i], 3e-3);
            }
        Assert.Contains(gradients[0].Data.ToArray(), value => Math.Abs(value) > 0.1);
    }

    [Fact]
    public void Features_are_there_with_their_probability_and_uniform()
    {
        const int Count = 20_000;
        foreach (double sparsity in new[] { 0, 0.3, 0.9, 0.99 })
        {
            using Tensor x = ToyTraining.Samples(Settings with { Sparsity = sparsity }, "test", Count);
            float[] present = [.. x.Data.ToArray().Where(value => value != 0)];
            double density = 1 - sparsity, all = x.Shape.Count, deviation = Math.Sqrt(all * density * sparsity);
            Assert.Equal(all * density, present.Length, (5 * deviation) + 1);
            Assert.All(present, value => Assert.InRange(value, 0, 1));
            double spread = 5 / Math.Sqrt(12 * present.Length);
            Assert.Equal(0.5, present.Average(), spread);
            Assert.Equal(1 / 3.0, present.Average(value => value * value), spread);
        }
    }

    [Fact]
    public void A_model_trained_beside_others_has_the_bytes_of_one_trained_alone()
    {
        ToySettings other = Settings with { Sparsity = 0.8, Rng = new(6) };
        IReadOnlyList<TrainedToy> together = ToyTraining.Train([other, Settings, other with { Rng = new(7) }]);
        TrainedToy alone = ToyTraining.Train([Settings])[0];
        Assert.Equal(alone.Model.Weight.Data.ToArray(), together[1].Model.Weight.Data.ToArray());
        Assert.Equal(alone.Loss, together[1].Loss);
        Assert.NotEqual(alone.Model.Weight.Data.ToArray(), together[0].Model.Weight.Data.ToArray());
    }

    [Fact]
    public void Training_stores_as_many_features_as_dimensions_when_all_are_there_and_more_when_few_are()
    {
        ToySettings usual = new(5, 2, 0) { Importances = ToySettings.Decaying(5, 0.7), Steps = 1500, Batch = 256, LearningRate = 5e-3 };
        IReadOnlyList<TrainedToy> toys = ToyTraining.Train([usual, usual with { Sparsity = 0.95, Importances = [1, 1, 1, 1, 1] }]);
        Assert.Equal([0, 1], new MeasuredToy(toys[0]).Represented);
        FeatureGroup pentagon = Assert.Single(FeatureGroup.Of(toys[1].Model));
        Assert.Equal("pentagon", pentagon.Shape?.Name);
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        Assert.Contains("sparsity 1 is not in [0, 1)", Refused(Settings with { Sparsity = 1 }), StringComparison.Ordinal);
        Assert.Contains("sparsity NaN", Refused(Settings with { Sparsity = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("5 importances for 6 features", Refused(Settings with { Importances = [1, 1, 1, 1, 1] }), StringComparison.Ordinal);
        Assert.Contains("each must be 1 or more", Refused(Settings with { Steps = 0 }), StringComparison.Ordinal);

        static string Refused(ToySettings settings) =>
            Assert.Throws<InputException>(() => ToyTraining.Train([settings])).Message;
    }
}
