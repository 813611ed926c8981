namespace Hooke.Circuits;

/// <summary>What one node gives an attention score, with all that stands on the other side.</summary>
/// <param name="Node">The node; of biases one of kind Bias.</param>
/// <param name="Value">Its part of the score.</param>
public readonly record struct ScorePart(TraceNode Node, double Value);

/// <summary>What a node at the query and one at the key give an attention score together.</summary>
/// <param name="Query">The node at the query.</param>
/// <param name="Key">The node at the key.</param>
/// <param name="Value">Their part of the score.</param>
public readonly record struct ScorePair(TraceNode Query, TraceNode Key, double Value);

/// <summary>
/// An attention score, before the softmax, as a sum over pairs of nodes: score = Σ qᵢ · kⱼ · scale, qᵢ what node i gives the
/// query and kⱼ what node j gives the key, norm scales held.
/// </summary>
public sealed record AttentionScore
{
    /// <summary>The head's layer.</summary>
    public int Layer { get; init; }

    /// <summary>The head.</summary>
    public int Head { get; init; }

    /// <summary>The position that looks.</summary>
    public int Query { get; init; }

    /// <summary>The position looked at.</summary>
    public int Key { get; init; }

    /// <summary>The model's score, after a soft cap where it has one.</summary>
    public double Score { get; init; }

    /// <summary>The model's attention weight, after the softmax.</summary>
    public double Weight { get; init; }

    /// <summary>c where scores are c · tanh(sum / c); null where the score is the sum.</summary>
    public float? SoftCap { get; init; }

    /// <summary>The sum of all pairs: the score before a soft cap.</summary>
    public required double Sum { get; init; }

    /// <summary>
    /// By node at the query, with everything at the key: all of them, the largest first. They add up to the sum.
    /// </summary>
    public required IReadOnlyList<ScorePart> ByQuery { get; init; }

    /// <summary>
    /// By node at the key, with everything at the query: all of them, the largest first. They add up to the sum.
    /// </summary>
    public required IReadOnlyList<ScorePart> ByKey { get; init; }

    /// <summary>The pairs that give most, either way, the largest first.</summary>
    public required IReadOnlyList<ScorePair> Pairs { get; init; }

    /// <summary>How many pairs there are.</summary>
    public required long PairCount { get; init; }

    /// <summary>What the pairs that are not listed give.</summary>
    public double Rest => Sum - Pairs.Sum(pair => pair.Value);

    internal static AttentionScore Of(
        IReadOnlyList<TraceNode> nodes, float[][] queries, float[][] keys, double scale, int most)
    {
        TraceNode biases = new() { Kind = TraceNodeKind.Bias, Layer = -1, Position = -1, Name = "biases" };
        TraceNode Named(int n) => n < nodes.Count ? nodes[n] : biases;
        double[] query = Total(queries), key = Total(keys);
        int[] asking = Given(queries), asked = Given(keys);
        return new()
        {
            Sum = scale * Dot(query, key),
            ByQuery = Largest(asking.Select(n => new ScorePart(Named(n), scale * Dot(queries[n], key)))),
            ByKey = Largest(asked.Select(n => new ScorePart(Named(n), scale * Dot(keys[n], query)))),
            Pairs = Strongest(asking, asked, queries, keys, scale, most, Named),
            PairCount = (long)asking.Length * asked.Length,
        };
    }

    static ScorePair[] Strongest(
        int[] asking, int[] asked, float[][] queries, float[][] keys, double scale, int most, Func<int, TraceNode> named)
    {
        PriorityQueue<(int I, int J, double Value), (double, int, int)> kept = new(); // the smallest on top
        foreach (int i in asking)
            foreach (int j in asked)
            {
                double value = scale * Dot(queries[i], keys[j]);
                kept.Enqueue((i, j, value), (Math.Abs(value), -i, -j));
                if (kept.Count > most)
                    kept.Dequeue();
            }
        return [.. kept.UnorderedItems.Select(item => item.Element).OrderByDescending(pair => Math.Abs(pair.Value))
            .ThenBy(pair => pair.I).ThenBy(pair => pair.J).Select(pair => new ScorePair(named(pair.I), named(pair.J),
                pair.Value))];
    }

    static ScorePart[] Largest(IEnumerable<ScorePart> parts) => [.. parts.OrderByDescending(part => Math.Abs(part.Value))];

    // Later layers and positions give nothing at all.
    static int[] Given(float[][] parts) =>
        [.. Enumerable.Range(0, parts.Length).Where(n => parts[n].AsSpan().ContainsAnyExcept(0f))];

    static double[] Total(float[][] parts)
    {
        double[] sum = new double[parts[0].Length];
        foreach (float[] part in parts)
            for (int i = 0; i < sum.Length; i++)
                sum[i] += part[i];
        return sum;
    }

    static double Dot(float[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    static double Dot(float[] a, float[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
