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
    [InlineData(3, 0, null), InlineData(1, 0, null), InlineData(2, 0, new[] { 4, 0 }), InlineData(0, 0, new[] { 1, 3 })]
    [InlineData(4, 7, new[] { 4, 2 }), InlineData(0, 5, null), InlineData(100, 8, new[] { 5, 5 })]
    public void A_mask_narrows_what_is_seen_to_a_window_and_to_the_keys_in_use_and_says_where_queries_stand(
        int window, int keysInUse, int[]? first)
    {
        (int batch, int queries, int heads, int kvHeads, int dHead, int rows) = (2, 3, 4, 2, 5, 9);
        AttentionMask mask = new(window, first, keysInUse);
        int keys = keysInUse == 0 ? rows : keysInUse;
        OpCheck.Run(x => Ops.AttentionScores(x[0], x[1], 0.375f, mask), x =>
        {
            double[] used = [.. Enumerable.Range(0, batch).SelectMany(b =>
                x[1].Skip(b * rows * kvHeads * dHead).Take(keys * kvHeads * dHead))];
            double[] y = Oracle(x[0], used, 0.375, (batch, queries, keys, heads, kvHeads, dHead), first);
            for (int at = 0; at < y.Length; at++)
            {
                int sequence = at / (keys * queries * heads), query = at / keys % queries;
                int position = (first?[sequence] ?? keys - queries) + query;
                if (window > 0 && position - (at % keys) >= window)
                    y[at] = double.NegativeInfinity;
            }
            return y;
        }, 1, Tolerance.OfTerms(dHead + 1, "a fused product per dimension, and the scale"),
            Tolerance.OfTerms((heads / kvHeads * queries) + keys + 1, "sums over a group's queries, or over keys, and the scale"),
            OpInput.Of(batch, queries, heads, dHead), OpInput.Of(batch, rows, kvHeads, dHead));
    }

    [Theory]
    [InlineData(-1, 0, null), InlineData(0, 6, null), InlineData(0, 2, null), InlineData(0, 0, new[] { 0 })]
    [InlineData(0, 0, new[] { 3, 0 }), InlineData(0, 0, new[] { -1, 0 })]
    public void Masks_that_do_not_fit_are_refused(int window, int keys, int[]? first)
    {
        using Tensor q = Tensor.Zeros(2, 3, 2, 4), k = Tensor.Zeros(2, 5, 2, 4);
        Assert.Throws<ArgumentException>(() => Ops.AttentionScores(q, k, 1, new AttentionMask(window, first, keys)));
    }

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
        double[] q, double[] k, double scale, (int Batch, int Queries, int Keys, int Heads, int KvHeads, int DHead) n,
        int[]? first = null)
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
            if (j > i + (first?[b] ?? n.Keys - n.Queries))
                y[at] = double.NegativeInfinity;
        }
        return y;
    }
}
