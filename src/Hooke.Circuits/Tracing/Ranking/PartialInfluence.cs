namespace Hooke.Circuits;

/// <summary>Which latents matter most by the rows that there are so far.</summary>
static class PartialInfluence
{
    const double LeastSum = 1e-8;

    /// <summary>The latents without a row, those of most influence first.</summary>
    public static IEnumerable<int> Ranked(
        LocalReplacement model, SourceSpace space, IReadOnlyList<TraceTarget> targets, TraceRow[] targetRows,
        TraceRow?[] latentRows)
    {
        double[] influence = new double[space.FirstBias];
        for (int t = 0; t < targetRows.Length; t++)
            Pass(targetRows[t], targets[t].Weight, influence);
        // Latents of higher layers are fed by none of lower ones, and come later.
        for (int latent = space.Latents - 1; latent >= 0; latent--)
            if (latentRows[latent] is { } row && influence[latent] > 0)
                Pass(row, influence[latent], influence);
        return Enumerable.Range(0, model.Latents.Count).Where(i => latentRows[i] is null)
            .OrderByDescending(i => influence[i]).ThenBy(i => i);
    }

    static void Pass(TraceRow row, double flow, double[] influence)
    {
        double sum = 0;
        int count = 0;
        for (; count < row.Sources.Length && row.Sources[count] < influence.Length; count++)
            sum += Math.Abs(row.Weights[count]);
        double each = flow / Math.Max(sum, LeastSum);
        for (int i = 0; i < count; i++)
            influence[row.Sources[i]] += Math.Abs(row.Weights[i]) * each;
    }
}
