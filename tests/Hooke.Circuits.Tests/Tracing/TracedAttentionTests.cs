using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class TracedAttentionTests
{
    /// <summary>Families, kinds of set, and sites.</summary>
    public static TheoryData<string, bool, bool, string, string> Cases()
    {
        TheoryData<string, bool, bool, string, string> cases = [];
        foreach (string family in TinyTraced.Families)
        {
            cases.Add(family, false, false, "ln2.hook_normalized", "hook_mlp_out");
            cases.Add(family, true, false, family == "neox" ? "hook_mlp_in" : "hook_resid_mid", "hook_mlp_out");
            cases.Add(family, false, true, "mlp.hook_in", "mlp.hook_out");
        }
        cases.Add("gpt2", false, true, "hook_resid_pre", "hook_mlp_out");
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Heads_and_the_direct_path_add_up_to_what_an_ablation_changes(
        string family, bool crossLayer, bool skips, string reads, string writes)
    {
        using Model model = TinyTraced.Model(family);
        using CoderSet set = TinyTraced.Set(model, crossLayer, skips, reads, writes);
        TranscoderSites sites = new(model, set);
        using TracedAttention attention = new(sites, TinyTraced.Tokens);
        LatentInterventions interventions = new(sites);
        int last = TinyTraced.Tokens.Length - 1;
        foreach (int position in new[] { 1, last })
        {
            TraceNode source = attention.Nodes.First(n =>
                n.Kind == TraceNodeKind.Latent && n.Layer == 0 && n.Position == position && n.Value > 0.1);
            using LatentRun ablated = interventions.Run(TinyTraced.Tokens,
                [LatentIntervention.At(0, source.Index, position, 0)], LatentRules.Direct(sites.Layers));
            using LatentRun plain = interventions.Run(TinyTraced.Tokens, []);
            using Tensor before = plain.PreActivations(2), after = ablated.PreActivations(2);
            for (int latent = 0; latent < 3; latent++)
            {
                HeadLoadings edge = attention.Loadings(source,
                    new() { Kind = TraceNodeKind.Latent, Layer = 2, Position = last, Index = latent });
                int at = (last * 10) + latent;
                double scale = edge.Heads.Sum(h => Math.Abs(h.Last)) + Math.Abs(edge.Direct);
                Assert.True(scale > 0);
                Near(before.Data[at] - after.Data[at], edge.Weight, Math.Max(1, Math.Abs(before.Data[at])));
                Near(edge.Weight, edge.Direct + edge.Heads.Sum(h => h.Last), scale);
                Near(edge.Weight, edge.Direct + edge.Heads.Sum(h => h.First), scale);
                Assert.Equal(position == last, edge.Direct != 0);
                Assert.NotEqual(0, edge.Heads.Count(h => h.Alone != 0));
            }
        }
    }

    [Fact]
    public void An_edge_into_a_logit_is_the_logits_change_less_the_mean_change()
    {
        using Model model = TinyTraced.Model("gpt2");
        using CoderSet set = TinyTraced.Set(model, crossLayer: true, skips: false, "hook_resid_mid", "hook_mlp_out");
        TranscoderSites sites = new(model, set);
        using TracedAttention attention = new(sites, TinyTraced.Tokens);
        TraceNode source = attention.Nodes.First(n => n.Kind == TraceNodeKind.Latent && n.Layer == 1 && n.Value > 0.1);
        HeadLoadings edge = attention.Loadings(source,
            new() { Kind = TraceNodeKind.Target, Layer = 3, Position = 5, Index = 7 });
        LatentInterventions interventions = new(sites);
        using LatentRun plain = interventions.Run(TinyTraced.Tokens, []);
        using LatentRun ablated = interventions.Run(TinyTraced.Tokens,
            [LatentIntervention.At(1, source.Index, source.Position, 0)], LatentRules.Direct(3));
        double[] change = [.. Enumerable.Range(0, 17).Select(t =>
            (double)plain.Run.LastLogits(0)[t] - ablated.Run.LastLogits(0)[t])];
        Near(change[7] - change.Average(), edge.Weight, 1);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Pairs_and_nodes_add_up_to_the_attention_score(
        string family, bool crossLayer, bool skips, string reads, string writes)
    {
        using Model model = TinyTraced.Model(family);
        using CoderSet set = TinyTraced.Set(model, crossLayer, skips, reads, writes);
        using TracedAttention attention = new(new TranscoderSites(model, set), TinyTraced.Tokens);
        foreach ((int layer, int head, int query, int key) in new[] { (0, 0, 3, 2), (1, 2, 5, 1), (2, 3, 4, 4) })
        {
            AttentionScore score = attention.Score(layer, head, query, key, most: int.MaxValue);
            double size = 1 + score.Pairs.Sum(pair => Math.Abs(pair.Value)) / 10;
            Near(score.Score, score.SoftCap is { } c ? c * Math.Tanh(score.Sum / c) : score.Sum, size);
            Near(score.Sum, score.ByQuery.Sum(part => part.Value), size);
            Near(score.Sum, score.ByKey.Sum(part => part.Value), size);
            Near(score.Sum, score.Pairs.Sum(pair => pair.Value), size);
            Assert.Equal(score.PairCount, score.Pairs.Count);
            Assert.Equal(layer > 0, score.ByQuery.Any(part => part.Node.Kind == TraceNodeKind.Latent));
        }
    }

    [Fact]
    public void What_is_not_there_is_refused_by_name()
    {
        using Model model = TinyTraced.Model("gemma2");
        using CoderSet set = TinyTraced.Set(model, false, false, "ln2.hook_normalized", "hook_mlp_out");
        using TracedAttention attention = new(new TranscoderSites(model, set), TinyTraced.Tokens);
        Assert.Contains("no head 3.0", Assert.Throws<InputException>(() => attention.Score(3, 0, 1, 0)).Message);
        Assert.Contains("does not see", Assert.Throws<InputException>(() => attention.Score(1, 0, 1, 2)).Message);
        Assert.Contains("3 of them", Assert.Throws<InputException>(() => attention.Score(0, 0, 5, 2)).Message);
        TraceNode absent = new() { Kind = TraceNodeKind.Latent, Layer = 0, Position = 1, Index = 99 };
        Assert.Contains("not active", Assert.Throws<InputException>(() => attention.Loadings(absent, absent)).Message);
    }

    static void Near(double expected, double found, double size) =>
        Assert.True(Math.Abs(expected - found) <= 1e-5 * size, $"{found} where {expected} is right (size {size})");
}
