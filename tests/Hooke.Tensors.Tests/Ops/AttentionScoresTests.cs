using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class AttentionScoresTests
{
    [Theory]
    [InlineData(2, 5, 5, 4, 4, 3), InlineData(2, 5, 5, 4, 2, 3), InlineData(1, 4, 4, 4, 1, 8)]
    [InlineData(2, 1, 6, 2, 1, 5), InlineData(1, 3, 9, 4, 2, 16), InlineData(1, 1, 1, 1, 1, 1)]
    public void Scores_are_scaled_products_of_queries_and_the_keys_they_can_see(
        int batch, int queries, int keys, int heads, int kvHeads, int dHead) =>
        OpCheck.Run(x => Ops.AttentionScores(x[0], x[1], 0.375f),
            x => Oracle(x[0], x[1], 0.375, (batch, queries, keys, heads, kvHeads, dHead)), 1,
            Tolerance.OfTerms(dHead + 1, "a fused product per dimension, and the scale"),
            Tolerance.OfTerms((heads / kvHeads * queries) + keys + 1, "sums over a group's queries, or over keys, and the scale"),
            OpInput.Of(batch, queries, heads, dHead), OpInput.Of(batch, keys, kvHeads, dHead));

    [Theory]
    [InlineData(new[] { 1, 3, 2, 4 }, new[] { 1, 2, 2, 4 }), InlineData(new[] { 1, 3, 3, 4 }, new[] { 1, 3, 2, 4 })]
    [InlineData(new[] { 1, 3, 2, 4 }, new[] { 2, 3, 2, 4 }), InlineData(new[] { 1, 3, 2, 4 }, new[] { 1, 3, 2, 5 })]
    [InlineData(new[] { 3, 2, 4 }, new[] { 3, 2, 4 })]
    public void Shapes_that_do_not_fit_are_refused(int[] queries, int[] keys)
    {
        using Tensor q = Tensor.Zeros(queries), k = Tensor.Zeros(keys);
        Assert.Throws<ArgumentException>(() => Ops.AttentionScores(q, k, 1));
    }

    static double[] Oracle(
        double[] q, double[] k, double scale, (int Batch, int Queries, int Keys, int Heads, int KvHeads, int DHead) n)
    {
        double[] y = new double[n.Batch * n.Heads * n.Queries * n.Keys];
        for (int at = 0; at < y.Length; at++)
        {
            (int j, int i) = (at % n.Keys, at / n.Keys % n.Queries);
            (int h, int b) = (at / n.Keys / n.Queries % n.Heads, at / n.Keys / n.Queries / n.Heads);
            int kv = h / (n.Heads / n.KvHeads);
            for (int d = 0; d < n.DHead; d++)
                y[at] += scale * q[(((((b * n.Queries) + i) * n.Heads) + h) * n.DHead) + d]
                    * k[(((((b * n.Keys) + j) * n.KvHeads) + kv) * n.DHead) + d];
            if (j > i + n.Keys - n.Queries)
                y[at] = double.NegativeInfinity;
        }
        return y;
    }
}
