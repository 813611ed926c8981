using System.Text.Json;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Circuits.Tests;

public sealed class GraphTrialTests
{
    const int Last = 5;

    static readonly int[] Logits = [2, 7];

    [Theory]
    [InlineData("gpt2", true, false)]
    [InlineData("llama", false, true)]
    [InlineData("gemma2", true, false)]
    [InlineData("neox", false, false)]
    public void Every_right_edge_agrees_and_a_wrong_one_is_found(string family, bool crossLayer, bool skips)
    {
        using Model model = TinyTraced.Model(family);
        using CoderSet set = TinyTraced.Set(model, crossLayer, skips, "ln2.hook_normalized", "hook_mlp_out");
        TranscoderSites sites = new(model, set);
        AttributionGraph graph = Graph(sites, wrong: null);
        using (GraphTrial trial = new(sites, graph, []))
        {
            GraphEffects effects = trial.Run();
            Assert.Equal(graph.EdgeCount, effects.Edges.Count());
            Assert.All(effects.Differences(), d => Assert.True(d.Difference < 1e-4,
                $"{effects.Sources[d.Edge.Source]} to {TraceNodeName.Of(d.Edge.Target)}: {d.Edge.Frozen} for "
                    + $"{d.Edge.Predicted}"));
            Assert.Contains(effects.Effects, e => e.IsControl && e.Frozen != 0);
        }
        AttributionGraph changed = Graph(sites, wrong: (1, 2));
        using GraphTrial other = new(sites, changed, []);
        (EdgeEffect edge, double difference) =
            Assert.Single(other.Run().Differences(), d => d.Difference > 1e-4);
        Assert.Equal(0.01, difference, 1e-3);
        Assert.Equal((1, changed.Nodes[6].Index), (edge.Source, edge.Target.Index));
    }

    [Fact]
    public void A_group_is_taken_out_at_once_and_live_effects_are_those_of_latent_interventions()
    {
        using Model model = TinyTraced.Model("gpt2");
        using CoderSet set = TinyTraced.Set(model, crossLayer: true, skips: false, "hook_resid_mid", "hook_mlp_out");
        TranscoderSites sites = new(model, set);
        AttributionGraph graph = Graph(sites, wrong: null);
        using GraphTrial trial = new(sites, graph, [("both", [0, 1])]);
        GraphEffects effects = trial.Run();
        Assert.Equal((1, true), (effects.Groups, effects.IsGroup(4)));
        LatentInterventions interventions = new(sites);
        LatentIntervention[] zero = [.. graph.Nodes.Take(2)
            .Select(n => LatentIntervention.At(n.Layer, n.Index, n.Position, 0))];
        using LatentRun plain = interventions.Run(TinyTraced.Tokens, []);
        using LatentRun ablated = interventions.Run(TinyTraced.Tokens, zero, LatentRules.Unfrozen);
        using LatentRun reacting = interventions.Run(TinyTraced.Tokens, zero,
            new LatentRules { HeldLayers = (0, 2), HoldsAttention = false });
        foreach (EdgeEffect effect in effects.Edges.Where(e => e.Source == 4 && e.Target.Kind == TraceNodeKind.Latent))
        {
            double members = effects.Edges.Where(e => e.Source < 2 && e.Place == effect.Place).Sum(e => e.Predicted);
            Assert.Equal(members, effect.Predicted, 1e-6);
            Assert.Equal(Pre(plain, effect) - Pre(ablated, effect), effect.Total, 1e-4);
            Assert.Equal(Pre(plain, effect) - Pre(reacting, effect), effect.Reacting, 1e-4);
        }
    }

    [FixtureTheory]
    [MemberData(nameof(LatentInterventionParityTests.Folders), MemberType = typeof(LatentInterventionParityTests))]
    public void Every_edge_of_a_traced_graph_is_what_the_frozen_model_does(string folder)
    {
        string path = Fixtures.ThirdParty("parity", folder);
        using JsonDocument info = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "info.json")));
        string Text(string name) => info.RootElement.GetProperty(name).GetString()!;
        using Model model = Model.Load(Fixtures.ThirdParty("parity", Text("arch")));
        using CoderSet set = CoderSet.Load(Path.Combine(path, "transcoders"));
        (string reads, string writes) = (Text("feature_input_hook"), Text("feature_output_hook"));
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(path, "graph.safetensors"));
        int[] tokens = [.. file.ReadInt64("input_tokens").Select(id => (int)id)];
        using LocalReplacement replacement = new(model, set, tokens, new() { Reads = reads, Writes = writes });
        AttributionGraph graph = Tracer.Trace(replacement, new() { Targets = TraceTarget.Likeliest(replacement) });
        using GraphTrial trial = new(new TranscoderSites(model, set, reads, writes), graph, []);
        GraphEffects effects = trial.Run();
        Assert.True(effects.Edges.Count() > 3000, $"{effects.Edges.Count()} edges");
        Assert.All(effects.Differences(), d => Assert.True(d.Difference < 1e-4,
            $"{effects.Sources[d.Edge.Source]} to {TraceNodeName.Of(d.Edge.Target)}: {d.Edge.Frozen} for {d.Edge.Predicted}"));
    }

    [Fact]
    public void A_graph_of_other_latents_is_refused()
    {
        using Model model = TinyTraced.Model("gpt2");
        using CoderSet set = TinyTraced.Set(model, crossLayer: true, skips: false, "hook_resid_mid", "hook_mlp_out");
        TraceNode absent = new() { Kind = TraceNodeKind.Latent, Layer = 0, Position = 1, Index = 99, Value = 1 };
        TraceNode logit = new() { Kind = TraceNodeKind.Target, Layer = 3, Position = Last, Index = 2 };
        AttributionGraph graph = new(TinyTraced.Tokens, [absent, logit], [[], [new TraceEdge(0, 1)]]);
        Assert.Contains("0.99@1", Assert.Throws<InputException>(() => new GraphTrial(new TranscoderSites(model, set),
            graph, [])).Message);
    }

    // Two latents of layer 0, an error and a token, with edges into three latents of layer 2 and two logits.
    static AttributionGraph Graph(TranscoderSites sites, (int Source, int Target)? wrong)
    {
        using TracedAttention attention = new(sites, TinyTraced.Tokens);
        TraceNode[] latents = [.. attention.Nodes.Where(n => n.Kind == TraceNodeKind.Latent)];
        TraceNode[] sources =
        [
            latents.First(n => n.Layer == 0 && n.Position == 2), latents.First(n => n.Layer == 0 && n.Position == Last),
            attention.Nodes.First(n => n is { Kind: TraceNodeKind.Error, Layer: 1, Position: 3 }),
            attention.Nodes.First(n => n is { Kind: TraceNodeKind.Token, Position: 4 }),
        ];
        TraceNode[] targets =
        [
            .. latents.Where(n => n.Layer == 2 && n.Position == Last).Take(3),
            .. Logits.Select(t => new TraceNode { Kind = TraceNodeKind.Target, Layer = 3, Position = Last, Index = t }),
        ];
        Assert.Equal(5, targets.Length);
        List<TraceEdge>[] incoming = [.. sources.Concat(targets).Select(_ => new List<TraceEdge>())];
        for (int t = 0; t < targets.Length; t++)
            for (int s = 0; s < sources.Length; s++)
            {
                float weight = (float)attention.Loadings(sources[s], targets[t]).Weight;
                incoming[sources.Length + t].Add(new(s, wrong == (s, t) ? 1.01f * weight : weight));
            }
        return new AttributionGraph(TinyTraced.Tokens, [.. sources, .. targets], incoming);
    }

    static double Pre(LatentRun run, EdgeEffect effect)
    {
        using Tensor pre = run.PreActivations(effect.Target.Layer);
        return pre.Data[(effect.Target.Position * 10) + effect.Target.Index];
    }
}
