using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class AttentionMixTests
{
    [Theory]
    [InlineData(2, 5, 5, 4, 4, 3), InlineData(2, 5, 5, 4, 2, 3), InlineData(1, 4, 4, 4, 1, 8)]
    [InlineData(2, 1, 6, 2, 1, 5), InlineData(1, 3, 9, 4, 2, 17), InlineData(1, 1, 1, 1, 1, 1)]
    public void Values_are_mixed_by_the_patterns_of_their_heads(
        int batch, int queries, int keys, int heads, int kvHeads, int dHead) =>
        OpCheck.Run(x => Ops.AttentionMix(x[0], x[1]),
            x => Oracle(x[0], x[1], (batch, queries, keys, heads, kvHeads, dHead)), 1,
            Tolerance.OfTerms(keys, "a fused product per key"),
            Tolerance.OfTerms((heads / kvHeads * queries) + dHead, "sums over a group's queries, or over dimensions"),
            OpInput.Of(batch, heads, queries, keys), OpInput.Of(batch, keys, kvHeads, dHead));

    [Theory]
    [InlineData(new[] { 1, 2, 3, 5 }, new[] { 1, 4, 2, 5 }), InlineData(new[] { 1, 3, 3, 3 }, new[] { 1, 3, 2, 5 })]
    [InlineData(new[] { 2, 2, 3, 3 }, new[] { 1, 3, 2, 5 }), InlineData(new[] { 2, 3, 3 }, new[] { 1, 3, 2, 5 })]
    public void Shapes_that_do_not_fit_are_refused(int[] patterns, int[] values)
    {
        using Tensor pattern = Tensor.Zeros(patterns), v = Tensor.Zeros(values);
        Assert.Throws<ArgumentException>(() => Ops.AttentionMix(pattern, v));
    }

    static double[] Oracle(
        double[] pattern, double[] v, (int Batch, int Queries, int Keys, int Heads, int KvHeads, int DHead) n)
    {
        double[] z = new double[n.Batch * n.Queries * n.Heads * n.DHead];
        for (int at = 0; at < z.Length; at++)
        {
            (int d, int h) = (at % n.DHead, at / n.DHead % n.Heads);
            (int i, int b) = (at / n.DHead / n.Heads % n.Queries, at / n.DHead / n.Heads / n.Queries);
            int kv = h / (n.Heads / n.KvHeads);
            for (int j = 0; j < n.Keys; j++)
                z[at] += pattern[(((((b * n.Heads) + h) * n.Queries) + i) * n.Keys) + j]
                    * v[(((((b * n.Keys) + j) * n.KvHeads) + kv) * n.DHead) + d];
        }
        return z;
    }
}
