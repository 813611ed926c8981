using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Targeted-probe perturbation: taking out the latents that one class's probe rests on should hurt that probe and no other.
/// </summary>
/// <remarks>
/// TPP = mean over classes of (what the class's own probe loses) − (what the other probes lose, on average), in balanced
/// accuracy. Source: Karvonen et al. 2024, arXiv:2411.18895; SAEBench's TPP.
/// </remarks>
public static class TargetedPerturbation
{
    /// <summary>For each number of latents, what each test row adds to the score, whose value is the mean over them.</summary>
    /// <param name="rows">Activations and latents.</param>
    /// <param name="classes">A task for each class, all of the same rows.</param>
    /// <param name="sizes">How many latents to take out.</param>
    /// <param name="l2">λ of the probes.</param>
    /// <exception cref="ArgumentException">There are fewer than two classes.</exception>
    public static double[][] Measure(
        LatentRows rows, IReadOnlyList<ProbeTask> classes, IReadOnlyList<int> sizes, double l2 = 0.01)
    {
        if (classes.Count < 2)
            throw new ArgumentException("targeted perturbation needs two classes or more");
        LogisticProbe[] probes = new LogisticProbe[classes.Count];
        Work.For(probes.Length, c => probes[c] =
            LogisticProbe.Fit(rows.Activations(classes[c].Train), classes[c].TrainLabels, l2));
        IReadOnlyList<int> test = classes[0].Test;
        double[][] clean = Outcomes(rows.Activations(test), classes, probes);
        double[][] scores = [.. sizes.Select(_ => new double[test.Count])];
        for (int target = 0; target < classes.Count; target++)
        {
            int[] latents = ProbeAttribution.Top(rows, classes[target], probes[target], sizes.Max());
            for (int s = 0; s < sizes.Count; s++)
                AddLosses(scores[s], target, clean, Outcomes(
                    rows.Without([.. latents.Take(sizes[s])], test), classes, probes));
        }
        return scores;
    }

    static void AddLosses(double[] scores, int target, double[][] clean, double[][] ablated)
    {
        for (int c = 0; c < clean.Length; c++)
        {
            double weight = (c == target ? 1.0 : -1.0 / (clean.Length - 1)) / clean.Length;
            for (int row = 0; row < scores.Length; row++)
                scores[row] += weight * (clean[c][row] - ablated[c][row]);
        }
    }

    static double[][] Outcomes(Matrix activations, IReadOnlyList<ProbeTask> classes, LogisticProbe[] probes) =>
        [.. classes.Select((task, c) => task.Outcomes(probes[c].Predict(activations)))];
}
