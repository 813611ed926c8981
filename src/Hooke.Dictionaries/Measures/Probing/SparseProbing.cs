namespace Hooke.Dictionaries;

/// <summary>
/// How well a class can be told from few latents: those whose means differ most, and a logistic regression on them.
/// </summary>
/// <remarks>Source: Gurnee et al. 2023, arXiv:2305.01610; SAEBench's sparse probing.</remarks>
public static class SparseProbing
{
    /// <summary>
    /// For each test row what it adds to balanced accuracy, whose value is the mean, with k latents chosen on training rows.
    /// </summary>
    /// <param name="rows">Activations and latents.</param>
    /// <param name="task">What is to be told.</param>
    /// <param name="k">How many latents; all where there are fewer.</param>
    /// <param name="l2">λ of the probe.</param>
    public static double[] Measure(LatentRows rows, ProbeTask task, int k, double l2 = 0.01)
    {
        int[] latents = [.. Largest(rows.MeanDifference(task), k, Math.Abs)];
        LogisticProbe probe = LogisticProbe.Fit(rows.Columns(latents, task.Train), task.TrainLabels, l2);
        return task.Outcomes(probe.Predict(rows.Columns(latents, task.Test)));
    }

    /// <summary>The same with a probe of all the model's activations in place of latents: what there is to be told.</summary>
    public static double[] MeasureActivations(LatentRows rows, ProbeTask task, double l2 = 0.01)
    {
        LogisticProbe probe = LogisticProbe.Fit(rows.Activations(task.Train), task.TrainLabels, l2);
        return task.Outcomes(probe.Predict(rows.Activations(task.Test)));
    }

    /// <summary>The latents of largest value, best first; of equal ones the first.</summary>
    internal static IEnumerable<int> Largest(double[] values, int count, Func<double, double> size) =>
        Enumerable.Range(0, values.Length).OrderByDescending(i => size(values[i])).Take(count);
}
