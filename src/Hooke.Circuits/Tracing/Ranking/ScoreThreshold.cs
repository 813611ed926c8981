namespace Hooke.Circuits;

/// <summary>The least of the highest scores that together make up a share of their sum.</summary>
/// <remarks>Scores are put into buckets by their leading bits, so that only one bucket's need sorting.</remarks>
static class ScoreThreshold
{
    const int Shift = 16, Buckets = 1 << (31 - Shift);

    /// <summary>The threshold; 0 where no score is above 0.</summary>
    /// <param name="scores">Scores, none negative.</param>
    /// <param name="share">The share of the sum, 0 to 1.</param>
    public static float Of(ReadOnlySpan<float> scores, double share)
    {
        double[] sums = new double[Buckets];
        foreach (float score in scores)
            sums[Bucket(score)] += score;
        double wanted = sums.Sum() * share, above = 0;
        int last = Array.FindIndex(sums, sum => sum > 0);
        if (last < 0)
            return 0;
        int bucket = Buckets - 1;
        for (; bucket > last && (sums[bucket] == 0 || above + sums[bucket] < wanted); bucket--)
            above += sums[bucket];
        return Within(scores, bucket, wanted - above);
    }

    static float Within(ReadOnlySpan<float> scores, int bucket, double wanted)
    {
        List<float> inside = [];
        foreach (float score in scores)
            if (score > 0 && Bucket(score) == bucket)
                inside.Add(score);
        inside.Sort();
        double sum = 0;
        for (int i = inside.Count - 1; i > 0; i--)
            if ((sum += inside[i]) >= wanted)
                return inside[i];
        return inside[0];
    }

    static int Bucket(float score) => BitConverter.SingleToInt32Bits(score) >> Shift;
}
