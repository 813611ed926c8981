namespace Hooke.Dictionaries;

/// <summary>Which latents a probe rests on: mean difference of the latent · what it writes along the probe's weights.</summary>
static class ProbeAttribution
{
    /// <summary>At most n latents of largest attribution above 0, best first.</summary>
    public static int[] Top(LatentRows rows, ProbeTask task, LogisticProbe probe, int n)
    {
        double[] weights = [.. probe.Weights], attributions = rows.MeanDifference(task);
        for (int i = 0; i < attributions.Length; i++)
            if (attributions[i] != 0)
                attributions[i] *= CholeskyFactor.Dot(rows.Direction(i), weights);
        return [.. SparseProbing.Largest(attributions, n, value => value).Where(i => attributions[i] > 0)];
    }
}
