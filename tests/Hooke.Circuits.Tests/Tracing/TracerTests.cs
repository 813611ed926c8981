using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>What tracing keeps, drops and refuses.</summary>
public sealed class TracerTests : IDisposable
{
    static readonly int[] Prompt = [3, 17, 5, 9, 23, 8, 30, 11, 4, 19, 2];

    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));
    readonly CoderSet _coders;
    readonly LocalReplacement _replacement;

    public TracerTests()
    {
        _coders = MadeTranscoders.Of(_model.Config, "mlp.hook_in", "mlp.hook_out", isCrossLayer: true);
        _replacement = new(_model, _coders, Prompt);
    }

    public void Dispose()
    {
        _replacement.Dispose();
        _coders.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void A_bound_on_edges_keeps_the_largest_and_the_rows_sums()
    {
        AttributionGraph whole = Trace(), bounded = Trace(edges: 20);
        Assert.True(bounded.EdgeCount < whole.EdgeCount / 2);
        for (int node = 0; node < whole.Nodes.Count; node++)
        {
            Assert.Equal(whole.SumOf(node), bounded.SumOf(node), 1e-4);
            float[] sizes = [.. Ranked(whole, node).Select(Math.Abs).OrderDescending()];
            float[] kept = [.. Ranked(bounded, node).Select(Math.Abs)];
            Assert.Equal(sizes.Take(20).Order(), kept.Order());
        }
    }

    [Fact]
    public void Untraced_latents_are_one_remainder_and_rows_still_sum()
    {
        AttributionGraph whole = Trace(), some = Trace(latents: 40);
        Assert.Equal(40, some.Nodes.Count(node => node.Kind == TraceNodeKind.Latent));
        int untraced = Node(some, "untraced latents");
        for (int node = 0; node < some.Nodes.Count; node++)
            if (some.Nodes[node].Kind is TraceNodeKind.Latent or TraceNodeKind.Target)
            {
                int same = Enumerable.Range(0, whole.Nodes.Count).Single(i => whole.Nodes[i] == some.Nodes[node]);
                Assert.Equal(whole.SumOf(same), some.SumOf(node), 1e-4);
            }
        Assert.True(some.SourcesOf(some.Nodes.Count - 1).Contains(untraced));
    }

    [Fact]
    public void Graphs_are_the_same_bytes_for_any_number_of_threads()
    {
        int threads = Work.Threads;
        try
        {
            Work.Threads = 1;
            AttributionGraph one = Trace(edges: 30);
            Work.Threads = 3;
            AttributionGraph three = Trace(edges: 30);
            Assert.Equal(one.Nodes, three.Nodes);
            for (int node = 0; node < one.Nodes.Count; node++)
            {
                Assert.Equal(one.SourcesOf(node), three.SourcesOf(node));
                Assert.Equal(one.WeightsOf(node), three.WeightsOf(node));
            }
        }
        finally
        {
            Work.Threads = threads;
        }
    }

    [Fact]
    public void A_latent_as_target_has_the_row_that_it_has_as_a_node()
    {
        ActiveLatent latent = _replacement.Latents[^30];
        AttributionGraph graph = Trace(TraceTarget.Latent(latent.Layer, latent.Position, latent.Index));
        int node = _replacement.Latents.Count - 30;
        Assert.Equal(graph.SourcesOf(node), graph.SourcesOf(graph.Nodes.Count - 1));
        Assert.Equal(graph.WeightsOf(node), graph.WeightsOf(graph.Nodes.Count - 1));
    }

    [Theory]
    [InlineData("blocks.1.hook_resid_pre:pos=-1"), InlineData("blocks.1.hook_resid_mid:pos=4")]
    [InlineData("blocks.2.hook_resid_post:pos=-1"), InlineData("blocks.1.hook_attn_out:pos=6")]
    [InlineData("blocks.2.ln1.hook_normalized:pos=7"), InlineData("blocks.0.ln2.hook_normalized:pos=3")]
    [InlineData("ln_final.hook_normalized:pos=2")]
    public void A_direction_s_row_sums_to_the_activation_along_it(string text)
    {
        Address at = Address.Parse(text);
        float[] direction = [.. Enumerable.Range(0, _model.Config.DModel).Select(i => new Rng(5).Normal((ulong)i))];
        AttributionGraph graph = Trace(TraceTarget.Direction(at, direction));
        using Run run = _model.Run(new TokenBatch([Prompt]), new Plan { Record = [at.Whole] });
        int position = at.Positions!.Value.First is var p && p < 0 ? Prompt.Length + p : p;
        float expected = Reduce.Dot(run[at.Whole].Data.Slice(position * direction.Length, direction.Length), direction);
        Assert.Equal(expected, graph.SumOf(graph.Nodes.Count - 1), 2e-4 * Math.Max(1, Math.Abs(expected)));
    }

    [Fact]
    public void What_is_said_beforehand_is_not_exceeded()
    {
        TraceRequest request = new() { Targets = TraceTarget.Likeliest(_replacement), MaxEdgesPerNode = 50 };
        TraceMemory memory = Tracer.Memory(_replacement, request);
        AttributionGraph graph = Tracer.Trace(_replacement, request);
        Assert.InRange(graph.EdgeCount, 1, memory.Edges);
        Assert.Equal(8 * memory.Edges, memory.EdgeBytes);
    }

    [Fact]
    public void What_a_target_rests_on_sums_to_it()
    {
        TargetShares shares = GraphScores.Of(Trace()).Targets[0];
        TraceParts direct = shares.Direct, ends = shares.Shares;
        Assert.Equal(shares.Value, direct.Latents + direct.Tokens + direct.Errors + direct.Biases + direct.Remainders, 1e-4);
        Assert.Equal(1, ends.Tokens + ends.Errors + ends.Biases + ends.Remainders, 1e-6);
        Assert.True(ends.Errors > 0 && ends.Biases > 0 && ends.Latents == 0);
    }

    [Fact]
    public void Pruning_keeps_less_at_lower_thresholds_and_rows_sums()
    {
        AttributionGraph graph = Trace();
        PrunedGraph all = new(graph, 1, 1), most = new(graph, 0.9, 0.95), few = new(graph, 0.5, 0.8);
        Assert.True(few.NodeCount < most.NodeCount && most.NodeCount < all.NodeCount);
        Assert.True(few.EdgeCount < most.EdgeCount && most.EdgeCount < all.EdgeCount);
        for (int node = 0; node < graph.Nodes.Count; node++)
            Assert.True(!few.HasNode(node) || most.HasNode(node));
        AttributionGraph small = few.ToGraph();
        Assert.Equal(graph.SumOf(graph.Nodes.Count - 1), small.SumOf(small.Nodes.Count - 1), 1e-3);
    }

    [Fact]
    public void What_cannot_be_traced_is_refused()
    {
        Refused(() => Trace(TraceTarget.Token(_replacement, 256)), "no token 256");
        Refused(() => Trace(TraceTarget.Difference(_replacement, 4, 4)), "give two tokens");
        Refused(() => Trace(TraceTarget.Latent(0, 3, 24)), "no latent 24");
        Refused(() => Trace(TraceTarget.Direction(Address.Parse("blocks.0.hook_resid_pre"), new float[48])), "one position");
        Refused(() => Trace(TraceTarget.Direction(Address.Parse("blocks.0.hook_resid_pre:pos=2"), new float[47])), "48 finite");
        Refused(() => Trace(latents: 0), "must be 1 or more");
        Refused(() => new PrunedGraph(Trace(), 1.5), "it is a share");
        using CoderSet missing = new(_coders.Coders[0], _coders.Coders[1]);
        Refused(() => new LocalReplacement(_model, missing, Prompt), "layer 2 is missing");
        using Model other = Model.Load(Fixtures.Golden("llama"));
        Refused(() => new LocalReplacement(other, _coders, Prompt), "belongs to another model");
        Refused(() => new LocalReplacement(_model, _coders, [.. Enumerable.Range(0, 65)]), "64");
        Refused(() => new LocalReplacement(_model, _coders, [4]), "nothing is left to trace");
        using CoderSet silent = MadeTranscoders.Of(_model.Config, "mlp.hook_in", "mlp.hook_out");
        foreach (SparseCoder coder in silent.Coders)
            coder.Weights.EncoderBias.Data.Fill(-1000);
        Refused(() => new LocalReplacement(_model, silent, Prompt), "no latent is active");
    }

    static void Refused(Func<object> action, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(action).Message, StringComparison.Ordinal);

    AttributionGraph Trace(TraceTarget? target = null, int? latents = null, int? edges = null) => Tracer.Trace(_replacement, new()
    {
        Targets = target is null ? TraceTarget.Likeliest(_replacement, 1, 3) : [target],
        MaxLatents = latents,
        LatentsPerRound = 16,
        MaxEdgesPerNode = edges,
    });

    static int Node(AttributionGraph graph, string name) =>
        Enumerable.Range(0, graph.Nodes.Count).Single(i => graph.Nodes[i].Name == name);

    static float[] Ranked(AttributionGraph graph, int node)
    {
        List<float> weights = [];
        for (int i = 0; i < graph.SourcesOf(node).Length; i++)
            if (graph.Nodes[graph.SourcesOf(node)[i]].Kind is not (TraceNodeKind.Bias or TraceNodeKind.Remainder))
                weights.Add(graph.WeightsOf(node)[i]);
        return [.. weights];
    }
}
