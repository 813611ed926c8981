using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Whether latents of single members of a class take the class's direction over, so that its own latents fail to fire on
/// them.
/// </summary>
/// <remarks>
/// The main latents are those of largest mean difference, as many as each raise the F1 of a probe on them by more than 0.03.
/// Projections are on the unit direction of a probe of the activations: P of the activation less the decoder's bias, M of
/// what the main latents write. Sources: Chanin et al. 2024, arXiv:2409.14507; SAEBench's absorption.
/// </remarks>
public static class FeatureAbsorption
{
    const double LeastRise = 0.03, LeastShare = 0.4, LeastCosineOfTop = 0.025, LeastCosineOfOthers = 0.1;
    const double Silent = 1e-8;
    const int MostMain = 10, MostOthers = 3;

    /// <summary>Measures it on the test rows of the class that a probe of the activations gets right.</summary>
    /// <exception cref="InputException">
    /// The coder is no autoencoder: of any other, latents and probes are not of one space.
    /// </exception>
    public static AbsorptionResult Measure(LatentRows rows, ProbeTask task, double l2 = 0.01)
    {
        if (rows.Coder.Config.Role != "autoencoder")
            throw new InputException($"absorption is defined for autoencoders, and this is a {rows.Coder.Config.Role}");
        LogisticProbe probe = LogisticProbe.Fit(rows.Activations(task.Train), task.TrainLabels, l2);
        int[] main = Main(rows, task, l2);
        bool[] predicted = probe.Predict(rows.Activations(task.Test));
        int[] members = [.. task.Test.Where((row, i) => task.Labels[row] && predicted[i])];
        return new AbsorptionResult(main, [.. members.Select(row => Of(rows, row, main, Unit(probe.Weights)))]);
    }

    /// <summary>The fraction of a member's projection that latents other than the main ones have taken over, in [0, 1].</summary>
    /// <param name="whole">P, the projection of the activation.</param>
    /// <param name="main">M, what the main latents carry of it.</param>
    /// <param name="others">What the three others carry that carry most, of cosine 0.1 and more with the probe.</param>
    public static double Fraction(double whole, double main, double others)
    {
        if (!(whole > 0) || main >= whole || others / whole < LeastShare)
            return 0;
        if (main <= 0)
            return 1;
        double absorbed = Math.Min(others, whole - main);
        return Math.Clamp(absorbed / (absorbed + main), 0, 1);
    }

    /// <summary>Whether a member is absorbed whole.</summary>
    /// <param name="whole">P, the projection of the activation.</param>
    /// <param name="largestMain">The largest activation of a main latent.</param>
    /// <param name="top">What the latent carries that carries most.</param>
    /// <param name="topCosine">The cosine of that latent's direction with the probe's.</param>
    public static bool IsFull(double whole, double largestMain, double top, double topCosine) =>
        largestMain < Silent && topCosine >= LeastCosineOfTop && whole > 0 && top / whole >= LeastShare;

    static int[] Main(LatentRows rows, ProbeTask task, double l2)
    {
        int[] ranked = [.. SparseProbing.Largest(rows.MeanDifference(task), MostMain, value => value)];
        double before = 0;
        for (int k = 1; k <= ranked.Length; k++)
        {
            LogisticProbe probe = LogisticProbe.Fit(rows.Columns(ranked[..k], task.Train), task.TrainLabels, l2);
            double f1 = F1(task.TrainLabels, probe.Predict(rows.Columns(ranked[..k], task.Train)));
            if (k > 1 && f1 <= before + LeastRise)
                return ranked[..(k - 1)];
            before = f1;
        }
        return ranked;
    }

    static AbsorbedMember Of(LatentRows rows, int row, int[] main, double[] direction)
    {
        ReadOnlySpan<int> active = rows.Latents.LatentsOf(row);
        ReadOnlySpan<float> values = rows.Latents.ValuesOf(row);
        double carried = 0, largestMain = 0, top = double.NegativeInfinity, topCosine = 0;
        List<double> others = [];
        for (int at = 0; at < active.Length; at++)
        {
            double[] written = rows.Direction(active[at]);
            double along = CholeskyFactor.Dot(written, direction), projection = values[at] * along;
            double cosine = along / Math.Max(double.Epsilon, Math.Sqrt(CholeskyFactor.Dot(written, written)));
            if (projection > top)
                (top, topCosine) = (projection, cosine);
            if (main.Contains(active[at]))
                (carried, largestMain) = (carried + projection, Math.Max(largestMain, values[at]));
            else if (cosine >= LeastCosineOfOthers)
                others.Add(projection);
        }
        double whole = Projection(rows, row, direction);
        double taken = others.OrderDescending().Take(MostOthers).Sum();
        return new(row, Fraction(whole, carried, taken), IsFull(whole, largestMain, top, topCosine));
    }

    static double Projection(LatentRows rows, int row, double[] direction)
    {
        double projection = CholeskyFactor.Dot(rows.Activations([row]).Row(0), direction);
        if (rows.Coder.Weights.Decoders[0].Bias is { } bias)
            for (int j = 0; j < direction.Length; j++)
                projection -= bias.Data[j] * direction[j];
        return projection;
    }

    static double[] Unit(IReadOnlyList<double> weights)
    {
        double norm = Math.Sqrt(CholeskyFactor.Dot([.. weights], [.. weights]));
        return [.. weights.Select(weight => norm > 0 ? weight / norm : 0)];
    }

    static double F1(IReadOnlyList<bool> labels, bool[] predicted)
    {
        int both = labels.Where((label, i) => label && predicted[i]).Count();
        return 2.0 * both / Math.Max(1, labels.Count(label => label) + predicted.Count(p => p));
    }
}

/// <summary>What was found of one class.</summary>
/// <param name="Main">The class's own latents; more than one where it is split.</param>
/// <param name="Members">Test rows of the class that the probe of the activations gets right.</param>
public sealed record AbsorptionResult(IReadOnlyList<int> Main, IReadOnlyList<AbsorbedMember> Members);

/// <summary>One member of a class.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Fraction">The fraction absorbed.</param>
/// <param name="IsFull">Whether it is absorbed whole: no main latent fires, and one other carries 0.4 of P or more.</param>
public sealed record AbsorbedMember(int Row, double Fraction, bool IsFull);
