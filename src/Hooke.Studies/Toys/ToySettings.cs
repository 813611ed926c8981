using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>One toy model to train: its size, its data, its training.</summary>
/// <param name="Features">n</param>
/// <param name="Hidden">m</param>
/// <param name="Sparsity">S: a feature is absent with this probability, else uniform in [0, 1).</param>
public sealed record ToySettings(int Features, int Hidden, double Sparsity)
{
    /// <summary>I, how much each feature's error counts; ones where not given.</summary>
    public IReadOnlyList<double> Importances { get; init; } = [.. Enumerable.Repeat(1.0, Features)];

    /// <summary>How many batches are seen.</summary>
    public int Steps { get; init; } = 5000;

    /// <summary>Samples in a batch.</summary>
    public int Batch { get; init; } = 1024;

    /// <summary>Adam's rate, falling linearly to 0 over the second half of the steps.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>First weights and batches follow from it.</summary>
    public Rng Rng { get; init; } = new(1);

    /// <summary>Iᵢ = decayⁱ.</summary>
    public static IReadOnlyList<double> Decaying(int features, double decay)
    {
        double[] importances = new double[features];
        double importance = 1;
        for (int i = 0; i < features; i++, importance *= decay)
            importances[i] = importance;
        return importances;
    }

    internal void Check()
    {
        if (Features < 1 || Hidden < 1 || Steps < 1 || Batch < 1)
            throw new InputException($"a toy model of {Features} features in {Hidden} dimensions, trained for {Steps} steps of "
                + $"{Batch} samples: each must be 1 or more");
        if (!(Sparsity is >= 0 and < 1))
            throw new InputException($"sparsity {Sparsity} is not in [0, 1): it is the probability that a feature is absent");
        if (Importances.Count != Features || !Importances.All(importance => importance is >= 0 and < double.PositiveInfinity))
            throw new InputException($"{Importances.Count} importances for {Features} features: give one for each, 0 or more");
    }
}
