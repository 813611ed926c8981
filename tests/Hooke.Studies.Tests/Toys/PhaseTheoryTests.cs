using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

public class PhaseTheoryTests
{
    // The midpoint rule with 32 points on [0, 1].
    const double Quadrature = 2e-3;

    [Theory]
    [InlineData(1, 1), InlineData(0.5, 2), InlineData(0.05, 0.3), InlineData(0.9, 0.1)]
    public void The_expected_loss_of_plain_solutions_is_their_closed_form(double density, double importance)
    {
        double antipodal = PhaseTheory.ExpectedLoss(1, -1, 0, 0, density, importance);
        Assert.Equal(PhaseTheory.PlainAntipodalLoss(density, importance), antipodal, Quadrature * (1 + importance));
        double first = PhaseTheory.ExpectedLoss(1, 0, 0, density / 2, density, importance);
        Assert.Equal(PhaseTheory.LeastLoss(ToyPhase.First, density, importance), first, Quadrature * importance);
        double second = PhaseTheory.ExpectedLoss(0, 1, density / 2, 0, density, importance);
        Assert.Equal(PhaseTheory.LeastLoss(ToyPhase.Second, density, importance), second, Quadrature);
    }

    [Fact]
    public void The_expected_loss_is_what_samples_give()
    {
        ToySettings settings = new(2, 1, 0.6) { Importances = [1, 0.7], Rng = new(3) };
        using ToyModel model = new(Tensor.From([0.9f, -0.8f], 1, 2), Tensor.From([0.05f, -0.02f], 2));
        using Tensor x = ToyTraining.Samples(settings, "test", 400_000);
        Assert.Equal(model.Loss(x, settings.Importances), PhaseTheory.ExpectedLoss(0.9, -0.8, 0.05, -0.02, 0.4, 0.7), 1e-3);
    }

    [Fact]
    public void Without_freedom_the_border_lies_where_the_closed_forms_meet()
    {
        // (1 + r) p²/6 = r (p/3 − p²/4) at p = 4r / (2 + 5r), for the less important second feature.
        foreach (double importance in new[] { 0.1, 0.4, 1 })
        {
            double border = 4 * importance / (2 + (5 * importance));
            Assert.Equal(PhaseTheory.PlainAntipodalLoss(border, importance), importance * PhaseTheory.Variance(border), 1e-12);
            Assert.Equal(ToyPhase.Antipodal, PhaseTheory.Best(border * 0.98, importance));
            // With free weights and biases the border lies further on; of equal features it is never reached.
            Assert.Equal(importance < 1 ? ToyPhase.First : ToyPhase.Antipodal, PhaseTheory.Best(Math.Min(0.99, border * 1.6), importance));
        }
    }

    [Fact]
    public void Free_weights_only_lower_the_antipodal_loss() =>
        Prop.ForAll(Gen.Choose(1, 100).ToArbitrary(), Gen.Choose(-10, 10).ToArbitrary(), (percent, tenths) =>
        {
            (double density, double importance) = (percent / 100.0, Math.Pow(10, tenths / 10.0));
            double least = PhaseTheory.LeastLoss(ToyPhase.Antipodal, density, importance);
            return least > 0 && least <= PhaseTheory.ExpectedLoss(1, -1, 0, 0, density, importance);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15).WithReplay(20260101UL, 7UL));

    [Fact]
    public void Training_finds_the_phases_of_theory_far_from_the_border()
    {
        ToySettings dense = new(2, 1, 0) { Importances = [1, 0.2], Steps = 1000, Batch = 256, LearningRate = 5e-3 };
        ToySettings[] instances = [dense, dense with { Importances = [1, 5] }, dense with { Sparsity = 0.95, Importances = [1, 1] }];
        Assert.Equal([ToyPhase.First, ToyPhase.Second, ToyPhase.Antipodal],
            ToyTraining.Train(instances).Select(toy => ToyPhases.Of(toy.Model)));
        Assert.Equal([ToyPhase.First, ToyPhase.Second, ToyPhase.Antipodal],
            instances.Select(i => PhaseTheory.Best(1 - i.Sparsity, i.Importances[1])));
    }
}
