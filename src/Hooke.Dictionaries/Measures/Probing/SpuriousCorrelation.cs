using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Spurious-correlation removal: a probe is trained where two concepts always go together; does taking out the latents of
/// one make it tell the other?
/// </summary>
/// <remarks>
/// Of the two concepts the one that the biased probe tells worse on balanced rows is the one to be told, the other is the
/// spurious one; its latents are those that a probe for it, trained on balanced rows, rests on most. Sources: Marks et al.
/// 2024, arXiv:2403.19647 (SHIFT); Karvonen et al. 2024, arXiv:2411.18895; SAEBench's SCR.
/// </remarks>
public static class SpuriousCorrelation
{
    /// <summary>Measures it.</summary>
    /// <param name="rows">Activations and latents.</param>
    /// <param name="first">One concept; training and test rows hold each of the four cases equally often.</param>
    /// <param name="second">The other, of the same rows.</param>
    /// <param name="sizes">How many latents to take out.</param>
    /// <param name="l2">λ of the probes.</param>
    /// <exception cref="InputException">The cases are not equally often there.</exception>
    public static SpuriousResult Measure(
        LatentRows rows, ProbeTask first, ProbeTask second, IReadOnlyList<int> sizes, double l2 = 0.01)
    {
        RequireBalance(first, second, first.Train);
        RequireBalance(first, second, first.Test);
        int[] together = [.. first.Train.Where(row => first.Labels[row] == second.Labels[row])];
        LogisticProbe biased = Fit(rows, first with { Train = together }, l2);
        bool[] predicted = biased.Predict(rows.Activations(first.Test));
        bool[] tellsFirst = Right(first, predicted), tellsSecond = Right(second, predicted);
        bool isFirst = tellsFirst.Count(right => right) <= tellsSecond.Count(right => right);
        (ProbeTask told, ProbeTask spurious) = isFirst ? (first, second) : (second, first);
        LogisticProbe oracle = Fit(rows, told, l2), cue = Fit(rows, spurious, l2);
        return new SpuriousResult(isFirst, isFirst ? tellsFirst : tellsSecond,
            Right(told, oracle.Predict(rows.Activations(told.Test))),
            [
                .. sizes.Select(n => Right(told, biased.Predict(
                    rows.Without(ProbeAttribution.Top(rows, spurious, cue, n), told.Test)))),
            ]);
    }

    /// <summary>S = (ablated − base) / (oracle − base); 0 where the oracle is less than 0.001 better than the base.</summary>
    public static double Score(double ablated, double baseline, double oracle) =>
        oracle - baseline < 0.001 ? 0 : (ablated - baseline) / (oracle - baseline);

    static LogisticProbe Fit(LatentRows rows, ProbeTask task, double l2) =>
        LogisticProbe.Fit(rows.Activations(task.Train), task.TrainLabels, l2);

    static bool[] Right(ProbeTask task, bool[] predicted) => [.. task.TestLabels.Zip(predicted, (label, said) => label == said)];

    static void RequireBalance(ProbeTask first, ProbeTask second, IReadOnlyList<int> rows)
    {
        int[] counts = [.. Enumerable.Range(0, 4).Select(i =>
            rows.Count(row => first.Labels[row] == (i < 2) && second.Labels[row] == (i % 2 == 0)))];
        if (counts.Distinct().Count() > 1)
            throw new InputException($"two concepts meet in {string.Join(", ", counts)} rows: each of the four cases must be "
                + "there equally often");
    }
}

/// <summary>What was right on each test row.</summary>
/// <param name="TellsFirst">Whether the first concept is the one to be told, the second the spurious one.</param>
/// <param name="Baseline">The probe that was trained where the concepts go together.</param>
/// <param name="Oracle">A probe that was trained on balanced rows.</param>
/// <param name="Ablated">The first probe, with latents of the spurious concept taken out, for each size.</param>
public sealed record SpuriousResult(
    bool TellsFirst, IReadOnlyList<bool> Baseline, IReadOnlyList<bool> Oracle, IReadOnlyList<IReadOnlyList<bool>> Ablated)
{
    /// <summary>S over some of the test rows.</summary>
    /// <param name="size">Which of the sizes.</param>
    /// <param name="chosen">Places among the test rows; one may be there more than once.</param>
    public double Score(int size, ReadOnlySpan<int> chosen) => SpuriousCorrelation.Score(
        Share(Ablated[size], chosen), Share(Baseline, chosen), Share(Oracle, chosen));

    static double Share(IReadOnlyList<bool> right, ReadOnlySpan<int> chosen)
    {
        int count = 0;
        foreach (int row in chosen)
            count += right[row] ? 1 : 0;
        return (double)count / chosen.Length;
    }
}
