namespace Hooke.Evidence;

/// <summary>
/// The measures of a circuit with their intervals, from the metric m of each prompt, resampled jointly.
/// </summary>
/// <remarks>
/// M is the whole model, ∅ the model with every edge ablated, C the circuit (all else ablated), M∖C the model with the
/// circuit's edges ablated. Every argument holds one number per prompt, in the same order.
/// </remarks>
public static class Measures
{
    /// <summary>The mean.</summary>
    public static Estimate Mean(IReadOnlyList<double> values, ulong seed)
    {
        double[] all = [.. values];
        return Bootstrap.Of(all.Length, chosen => Mean(all, chosen), seed);
    }

    /// <summary>Faithfulness = (m(C) − m(∅)) / (m(M) − m(∅)), a ratio of means; 1 is perfect.</summary>
    public static Estimate Faithfulness(
        IReadOnlyList<double> circuit, IReadOnlyList<double> model, IReadOnlyList<double> empty, ulong seed) =>
        Share(circuit, empty, model, empty, seed);

    /// <summary>
    /// Drop = (m(M) − m(M∖C)) / (m(M) − m(∅)): the share of the behaviour that ablating the circuit removes.
    /// </summary>
    public static Estimate Drop(
        IReadOnlyList<double> ablated, IReadOnlyList<double> model, IReadOnlyList<double> empty, ulong seed) =>
        Share(model, ablated, model, empty, seed);

    /// <summary>
    /// The circuit's drop less the mean drop of random controls: (mean m(M∖R) − m(M∖C)) / (m(M) − m(∅)).
    /// </summary>
    /// <param name="ablated">[prompt], m(M∖C).</param>
    /// <param name="controls">[control][prompt], m(M∖R) for each random set R of edges.</param>
    /// <param name="model">[prompt], m(M).</param>
    /// <param name="empty">[prompt], m(∅).</param>
    /// <param name="seed">The seed of the resampling.</param>
    public static Estimate DropBeyondControls(
        IReadOnlyList<double> ablated, IReadOnlyList<IReadOnlyList<double>> controls,
        IReadOnlyList<double> model, IReadOnlyList<double> empty, ulong seed)
    {
        double[] mean = new double[model.Count];
        foreach (IReadOnlyList<double> control in controls)
        {
            double[] values = SameLength(control, model.Count);
            for (int i = 0; i < mean.Length; i++)
                mean[i] += values[i] / controls.Count;
        }
        return Share(mean, ablated, model, empty, seed);
    }

    /// <summary>Contribution of a member e = (m(C) − m(C∖e)) / (m(M) − m(∅)).</summary>
    public static Estimate Contribution(
        IReadOnlyList<double> circuit, IReadOnlyList<double> without,
        IReadOnlyList<double> model, IReadOnlyList<double> empty, ulong seed) =>
        Share(circuit, without, model, empty, seed);

    /// <summary>Completeness gap = the mean over knock-outs K of |m(C∖K) − m(M∖K)| / |m(M) − m(∅)|.</summary>
    /// <param name="circuit">[knock-out][prompt], m(C∖K).</param>
    /// <param name="knockedModel">[knock-out][prompt], m(M∖K).</param>
    /// <param name="model">[prompt], m(M).</param>
    /// <param name="empty">[prompt], m(∅).</param>
    /// <param name="seed">The seed of the resampling.</param>
    public static Estimate CompletenessGap(
        IReadOnlyList<IReadOnlyList<double>> circuit, IReadOnlyList<IReadOnlyList<double>> knockedModel,
        IReadOnlyList<double> model, IReadOnlyList<double> empty, ulong seed)
    {
        if (circuit.Count == 0 || circuit.Count != knockedModel.Count)
            throw new ArgumentException(
                $"Knock-outs come in pairs: {circuit.Count} of the circuit, {knockedModel.Count} of the model.");
        int n = model.Count;
        double[] whole = Difference(model, empty, n);
        double[][] gaps = [.. circuit.Select((c, k) => Difference(c, knockedModel[k], n))];
        return Bootstrap.Of(n, chosen =>
        {
            double sum = 0;
            foreach (double[] gap in gaps)
                sum += Math.Abs(Mean(gap, chosen));
            return sum / gaps.Length / Math.Abs(Mean(whole, chosen));
        }, seed);
    }

    // (mean a − mean b) / (mean c − mean d)
    static Estimate Share(
        IReadOnlyList<double> a, IReadOnlyList<double> b, IReadOnlyList<double> c, IReadOnlyList<double> d, ulong seed)
    {
        int n = c.Count;
        double[] part = Difference(a, b, n), whole = Difference(c, d, n);
        return Bootstrap.Of(n, chosen => Mean(part, chosen) / Mean(whole, chosen), seed);
    }

    static double[] Difference(IReadOnlyList<double> a, IReadOnlyList<double> b, int n)
    {
        double[] left = SameLength(a, n), right = SameLength(b, n);
        for (int i = 0; i < n; i++)
            left[i] -= right[i];
        return left;
    }

    static double[] SameLength(IReadOnlyList<double> values, int n) => values.Count == n
        ? [.. values]
        : throw new ArgumentException($"A measure is over {n} prompts, and one of its lists holds {values.Count}.");

    static double Mean(double[] values, ReadOnlySpan<int> chosen)
    {
        double sum = 0;
        foreach (int i in chosen)
            sum += values[i];
        return sum / chosen.Length;
    }
}
