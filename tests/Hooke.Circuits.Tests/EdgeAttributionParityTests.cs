using System.Text.Json;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

/// <summary>The same edge scores and circuit metrics as the code of the EAP-IG paper.</summary>
public sealed class EdgeAttributionParityTests : IDisposable
{
    // Scores are sums of some thousand float32 products, of gradients through three layers, in another order than upstream's.
    const double Tolerance = 1e-4;

    // Upstream takes the mean over each batch of 3 and then divides the sum over batches by the 6 items.
    const double UpstreamFactor = 1.0 / 3;

    readonly Model _model = Made.Gpt2();
    readonly SafetensorsFile _upstream = SafetensorsFile.Open(Fixtures.Golden("eap", "eap_reference.safetensors"));
    readonly ComponentGraph _graph;
    readonly PromptSet _prompts;

    public EdgeAttributionParityTests()
    {
        _graph = new(_model.Config);
        _prompts = new(Made.Tokens(_upstream, "clean_ids"), Made.Tokens(_upstream, "corrupt_ids"),
            [.. _upstream.ReadInt64("labels").Chunk(2).Select(l => (new[] { (int)l[0] }, new[] { (int)l[1] }))]);
    }

    public void Dispose()
    {
        _model.Dispose();
        _upstream.Dispose();
    }

    [Fact]
    public void Senders_receivers_and_edges_are_upstreams_in_its_order()
    {
        using JsonDocument info = JsonDocument.Parse(File.ReadAllText(Fixtures.Golden("eap", "info.json")));
        string[] Names(string key) => [.. info.RootElement.GetProperty(key).EnumerateArray().Select(n => n.GetString()!)];
        Assert.Equal(Names("forward_nodes_in_order"), _graph.Senders.Select(s => s.ToString()));
        Assert.Equal(Names("backward_nodes_in_order"), _graph.Receivers.Select(r => r.ToString()));
        Assert.Equal(Members("real_edge_mask").Order(), Enumerable.Range(0, _graph.Edges.Count));
        Assert.Equal(_upstream.EntryOf("real_edge_mask").Count, (long)_graph.Senders.Count * _graph.Receivers.Count);
    }

    [Fact]
    public void Edge_attribution_patching_scores_every_edge_as_upstream_does() =>
        AssertScores("scores.EAP", EdgeAttribution.Patching(_model, _prompts, _graph));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Integrated_gradients_score_every_edge_as_upstream_does(int steps) =>
        AssertScores($"scores.EAP-IG-inputs.steps{steps}",
            EdgeAttribution.IntegratedGradients(_model, _prompts, _graph, steps));

    [Fact]
    public void The_metric_of_clean_and_counterfactual_prompts_is_upstreams()
    {
        using CircuitRunner runner = new(_model, _prompts, _graph);
        AssertMetric("baseline_clean", runner.Metric(_graph.Whole));
        AssertMetric("baseline_corrupt", runner.Metric(_graph.Empty));
    }

    [Theory]
    [InlineData("topn20")]
    [InlineData("topn60")]
    [InlineData("topn150")]
    [InlineData("greedy20")]
    [InlineData("greedy60")]
    [InlineData("greedy150")]
    public void A_circuit_has_upstreams_metric_when_all_other_edges_carry_the_counterfactual(string circuit)
    {
        using CircuitRunner runner = new(_model, _prompts, _graph);
        AssertMetric($"{circuit}.evaluate_patching", runner.Metric(new(_graph, Members($"{circuit}.in_graph"))));
    }

    [Theory]
    [InlineData("topn20")]
    [InlineData("topn60")]
    [InlineData("topn150")]
    public void A_circuit_has_upstreams_metric_under_zeros_once_positions_are_left_in_the_input(string circuit)
    {
        // Upstream's input node is hook_embed, so that its zeros leave the position embedding; ours is the residual stream.
        TokenBatch tokens = _prompts.Clean;
        using Recording zeros = new(tokens);
        using Run clean = _model.Run(tokens,
            new Plan { Record = [.. CircuitRunner.Outputs(_graph).Record, Site.PosEmbed.At()] });
        foreach (Address output in CircuitRunner.Outputs(_graph).Record)
            zeros.Set(output, output.Site == Site.ResidPre
                ? clean[Site.PosEmbed.At()].Clone() : Tensor.Zeros(clean[output].Shape));
        ILookup<Receiver, Node> cut = new Circuit(_graph, Members($"{circuit}.in_graph")).Complement.Edges
            .ToLookup(e => e.Target, e => e.Source);
        Plan plan = new()
        {
            Interventions = [.. cut.Select(c => new Reroute(c.Key.Input, [.. c.Select(s => s.Output)], "zeros"))],
            LastLogitsOnly = true,
        };
        using Run run = _model.Run(tokens, plan, new Dictionary<string, Recording> { ["zeros"] = zeros });
        AssertMetric($"{circuit}.evaluate_zero", _prompts.Metric(run));
    }

    void AssertScores(string name, float[] scores)
    {
        float[] upstream = Made.Read(_upstream, name);
        double difference = Made.Difference(
            scores.Select(s => s * UpstreamFactor), _graph.Edges.Select(e => (double)upstream[Cell(e)]));
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }

    void AssertMetric(string name, double[] metric)
    {
        double difference = Made.Difference(metric, Made.Read(_upstream, name).Select(v => (double)v));
        Assert.True(difference <= Tolerance, $"{name} differs by {difference:g3}");
    }

    // A matrix of upstream's is [sender, receiver].
    int[] Members(string name)
    {
        byte[] mask = _upstream.Bytes(name, 0, (int)_upstream.EntryOf(name).Count).ToArray();
        return [.. Enumerable.Range(0, _graph.Edges.Count).Where(i => mask[Cell(_graph.Edges[i])] != 0)];
    }

    int Cell(Edge edge) => (_graph.Senders.IndexOf(edge.Source) * _graph.Receivers.Count) + _graph.Receivers.IndexOf(
        edge.Target);
}

static class Places
{
    public static int IndexOf<T>(this IReadOnlyList<T> items, T item) =>
        Enumerable.Range(0, items.Count).First(i => Equals(items[i], item));
}
