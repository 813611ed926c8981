using FsCheck;
using FsCheck.Fluent;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class CircuitTests : IDisposable
{
    static readonly Config Replayed = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    static readonly int[] Answer = [1], Foil = [2];

    readonly Model _model = Made.Tiny();
    readonly ComponentGraph _graph;

    public CircuitTests() => _graph = new(_model.Config);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Every_edge_goes_from_an_earlier_component_to_a_later_one_and_none_is_missing()
    {
        // L layers of H heads: 1 + l(H + 1) senders come before the 3H heads' inputs of layer l, H more before its MLP.
        (int layers, int heads) = (_model.Config.NLayers, _model.Config.NHeads);
        int expected = 1 + (layers * (heads + 1));
        for (int l = 0; l < layers; l++)
            expected += (3 * heads * (1 + (l * (heads + 1)))) + 1 + (l * (heads + 1)) + heads;
        Assert.Equal(expected, _graph.Edges.Count);
        Assert.Equal(expected, _graph.Edges.Distinct().Count());
        Assert.All(Enumerable.Range(0, expected), i => Assert.Equal(i, _graph.IndexOf(_graph.Edges[i])));
    }

    [Fact]
    public void Complements_share_nothing_and_make_up_the_whole() => ForCircuits(circuit =>
    {
        Circuit rest = circuit.Complement;
        return !circuit.Indices.Intersect(rest.Indices).Any()
            && circuit.Count + rest.Count == _graph.Edges.Count
            && rest.Complement.Indices.SequenceEqual(circuit.Indices);
    });

    [Fact]
    public void Leaving_a_component_out_takes_its_edges_and_no_others() =>
        ForCircuits(circuit => _graph.Senders.All(node =>
    {
        Circuit without = circuit.Without(node);
        return !without.Nodes.Contains(node)
            && circuit.Edges.Except(without.Edges).All(e => e.Source == node || e.Target.Node == node)
            && !without.Edges.Except(circuit.Edges).Any()
            && without.Without(node).Indices.SequenceEqual(without.Indices);
    }));

    [Fact]
    public void Leaving_an_edge_out_takes_that_edge() => ForCircuits(circuit => circuit.Indices.All(edge =>
        circuit.Without(edge).Indices.SequenceEqual(circuit.Indices.Where(i => i != edge))));

    [Fact]
    public void What_is_pruned_is_on_no_path_from_input_to_logits_and_what_stays_is() => ForCircuits(circuit =>
        circuit.Pruned().Indices.SequenceEqual(circuit.Indices.Where(i => IsOnAPath(circuit, _graph.Edges[i]))));

    [Fact]
    public void Pruning_does_not_change_what_a_circuit_does()
    {
        PromptSet prompts = Made.Prompts(_model, [4, 6], seed: 4);
        using CircuitRunner runner = new(_model, prompts, _graph);
        for (ulong seed = 0; seed < 8; seed++)
        {
            Circuit circuit = RandomCircuits.Draw(_graph, 12 + (int)seed, new Rng(seed)).Without((int)seed * 2);
            AssertClose(runner.Metric(circuit), runner.Metric(circuit.Pruned()));
        }
    }

    [Theory]
    [InlineData(Ablation.Counterfactual)]
    [InlineData(Ablation.Zero)]
    [InlineData(Ablation.Mean)]
    [InlineData(Ablation.Resample)]
    public void The_whole_circuit_is_the_model_under_every_ablation(Ablation ablation)
    {
        PromptSet prompts = Made.Prompts(_model, [4, 6, 6], seed: 5);
        using CircuitRunner runner = new(_model, prompts, _graph, ablation, seed: 1);
        using Run run = _model.Run(prompts.Clean);
        AssertClose(prompts.Metric(run), runner.Metric(_graph.Whole));
    }

    [Fact]
    public void The_empty_circuit_gives_the_counterfactuals_metric()
    {
        PromptSet prompts = Made.Prompts(_model, [4, 6, 6], seed: 6);
        using CircuitRunner runner = new(_model, prompts, _graph);
        using Run run = _model.Run(prompts.Counterfactual);
        AssertClose(prompts.Metric(run), runner.Metric(_graph.Empty));
    }

    [Fact]
    public void Resampling_gives_each_prompt_anothers_values_and_reads_no_padding()
    {
        // Every edge carries another prompt's values: the empty circuit's metric at equal lengths is that other prompt's logits.
        PromptSet prompts = Made.Prompts(_model, [5, 5, 5, 5], seed: 7);
        PromptSet sameChoice = new(prompts.Clean, prompts.Counterfactual,
            [.. Enumerable.Range(1, 4).Select(_ => (Answer, Foil))]);
        using CircuitRunner runner = new(_model, sameChoice, _graph, Ablation.Resample, seed: 3);
        using Run run = _model.Run(sameChoice.Clean);
        double[] own = sameChoice.Metric(run), resampled = runner.Metric(_graph.Empty);
        AssertClose([.. own.Order()], [.. resampled.Order()]);
        Assert.All(own.Zip(resampled), m =>
            Assert.True(Math.Abs(m.First - m.Second) > 1e-3, "a prompt got its own values"));
    }

    [Fact]
    public void A_random_circuit_has_as_many_edges_as_asked_and_none_outside_its_bounds()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            Circuit excluded = RandomCircuits.Draw(_graph, (int)seed / 2, new Rng(seed).Fork("excluded"));
            int edges = 1 + new Rng(seed).Draw().Below(_graph.Edges.Count - excluded.Count);
            Circuit drawn = RandomCircuits.Draw(_graph, edges, new Rng(seed), excluded);
            Assert.Equal(edges, drawn.Count);
            Assert.Empty(drawn.Indices.Intersect(excluded.Indices));
            Assert.Equal(drawn.Indices, RandomCircuits.Draw(_graph, edges, new Rng(seed), excluded).Indices);
        }
        Assert.Throws<ArgumentException>(() => RandomCircuits.Draw(_graph, _graph.Edges.Count + 1, new Rng(0)));
        Assert.Throws<ArgumentException>(() => RandomCircuits.Draw(_graph, 1, new Rng(0), _graph.Whole));
    }

    [Fact]
    public void Most_of_a_random_circuit_is_whole_paths()
    {
        Circuit[] drawn = [.. Enumerable.Range(0, 30).Select(i => RandomCircuits.Draw(_graph, 12, new Rng((ulong)i)))];
        Assert.True(drawn.Average(c => (double)c.Pruned().Count / c.Count) > 0.95);
        Assert.True(drawn.Select(c => string.Join(',', c.Indices)).Distinct().Count() > 25);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Growth_ends_in_a_circuit_that_is_faithful_enough_and_that_no_single_edge_can_leave(double target)
    {
        PromptSet prompts = Made.Prompts(_model, [5, 5, 5], seed: 8);
        using CircuitRunner runner = new(_model, prompts, _graph);
        CircuitGrowth growth = new(runner, _graph, EdgeAttribution.IntegratedGradients(_model, prompts, _graph), target);
        List<double> progress = [];
        Circuit circuit = growth.Smallest(progress.Add);
        double faithfulness = growth.Faithfulness(circuit);
        Assert.InRange(faithfulness, target, 1.1);
        Assert.True(circuit.Count < _graph.Edges.Count);
        Assert.Equal(circuit.Indices, circuit.Pruned().Indices);
        Assert.Contains((circuit.Count, faithfulness), growth.Curve);
        Assert.Equal(progress.Order(), progress);
        Assert.All(progress, p => Assert.InRange(p, 0, 1));
    }

    [Fact]
    public void Faithfulness_is_one_for_the_whole_and_nought_for_nothing()
    {
        PromptSet prompts = Made.Prompts(_model, [5, 5], seed: 9);
        using CircuitRunner runner = new(_model, prompts, _graph);
        CircuitGrowth growth = new(runner, _graph, new float[_graph.Edges.Count]);
        Assert.Equal(1, growth.Faithfulness(_graph.Whole));
        Assert.Equal(0, growth.Faithfulness(_graph.Empty));
    }

    void ForCircuits(Func<Circuit, bool> holds) => Prop.ForAll<bool[]>(some =>
        holds(new Circuit(_graph, Enumerable.Range(0, _graph.Edges.Count).Where(i =>
            some.Length > 0 && some[(i * 7) % some.Length]))))
        .Check(Replayed);

    // By walking, not by taking away: the source is reached from the input, and the target reaches the logits.
    static bool IsOnAPath(Circuit circuit, Edge edge) =>
        FromInput(circuit, edge.Source) && ToLogits(circuit, edge.Target.Node);

    static bool FromInput(Circuit circuit, Node node) => node.Kind == ComponentKind.Input
        || circuit.Edges.Where(e => e.Target.Node == node).Select(e => e.Source).Distinct().Any(s =>
            FromInput(circuit, s));

    static bool ToLogits(Circuit circuit, Node node) => node.Kind == ComponentKind.Logits
        || circuit.Edges.Where(e => e.Source == node).Select(e => e.Target.Node).Distinct().Any(t =>
            ToLogits(circuit, t));

    // Cut edges are added up apart from the stream: float32 rounding of sums in another order.
    static void AssertClose(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), m => Assert.Equal(m.First, m.Second, 1e-4));
    }
}
