using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class ComponentTests : IDisposable
{
    readonly Model _model = Made.Tiny();
    readonly ComponentGraph _graph;
    readonly PromptSet _prompts;

    public ComponentTests() => (_graph, _prompts) = (new(_model.Config), Made.Prompts(_model, [5, 5, 4], seed: 11));

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_components_attribution_is_the_slope_of_mixing_in_its_counterfactual()
    {
        // m(u + t·(u′ − u)) at t = 0, by central differences of the real runs; the attribution is its negative.
        IReadOnlyDictionary<Node, double> scores = ComponentAttribution.Patching(_model, _prompts, _graph);
        foreach (Node sender in _graph.Senders)
        {
            const double Step = 0.02; // errors: t² curvature about 1e-3 of the slope, float32 noise 1e-6/Step
            double slope = (Mixed(sender, Step) - Mixed(sender, -Step)) / (2 * Step);
            Assert.Equal(-slope, scores[sender], 2e-3 + (0.01 * Math.Abs(slope)));
        }
    }

    [Fact]
    public void Edges_out_of_a_component_add_up_to_the_components_attribution()
    {
        // ⟨Δu, ∂m/∂u⟩ is the sum of ⟨Δu, ∂m/∂v⟩ over everything that reads u.
        IReadOnlyDictionary<Node, double> components = ComponentAttribution.Patching(_model, _prompts, _graph);
        float[] edges = EdgeAttribution.Patching(_model, _prompts, _graph);
        foreach (Node sender in _graph.Senders)
            Assert.Equal(components[sender], Enumerable.Range(0, edges.Length)
                .Where(i => _graph.Edges[i].Source == sender).Sum(i => (double)edges[i]), 1e-5);
    }

    [Fact]
    public void Integrated_over_many_steps_the_inputs_attribution_is_the_whole_change_of_the_metric()
    {
        // Completeness of integrated gradients; the left Riemann sum of 200 steps errs by about 1/200 of the gradient's change.
        double input = ComponentAttribution.IntegratedGradients(_model, _prompts, _graph, steps: 200)[_graph.Senders[0]];
        using Run clean = _model.Run(_prompts.Clean), counterfactual = _model.Run(_prompts.Counterfactual);
        double change = _prompts.Metric(clean).Average() - _prompts.Metric(counterfactual).Average();
        Assert.Equal(change, input, 0.02 * Math.Max(1, Math.Abs(change)));
    }

    [Fact]
    public void The_loss_of_a_patched_component_is_that_of_a_run_with_one_patch()
    {
        using Run clean = _model.Run(_prompts.Clean);
        using Run counterfactual = _model.Run(_prompts.Counterfactual, CircuitRunner.Outputs(_graph));
        (double from, double to) = (_prompts.Metric(clean).Average(), _prompts.Metric(counterfactual).Average());
        IReadOnlyDictionary<Node, double> losses = ComponentPatching.Losses(_model, _prompts, _graph);
        Assert.Equal(_graph.Senders.Count - 1, losses.Count);
        foreach ((Node node, double loss) in losses)
        {
            using Run patched = _model.Run(_prompts.Clean, new Plan { Interventions = [new Patch(node.Output, "other")] },
                new Dictionary<string, Recording> { ["other"] = counterfactual.Recording });
            Assert.Equal((from - _prompts.Metric(patched).Average()) / (from - to), loss);
        }
    }

    [Fact]
    public void All_components_and_the_embeddings_patched_together_are_the_other_run()
    {
        using Run other = _model.Run(_prompts.Counterfactual, CircuitRunner.Outputs(_graph));
        double[] patched = ComponentPatching.Patched(_model, _prompts.Clean, _graph.Senders, other.Recording, _prompts);
        Assert.All(_prompts.Metric(other).Zip(patched), m => Assert.Equal(m.First, m.Second, 1e-5));
    }

    double Mixed(Node sender, double share)
    {
        using Run clean = _model.Run(_prompts.Clean, CircuitRunner.Outputs(_graph));
        using Run other = _model.Run(_prompts.Counterfactual, CircuitRunner.Outputs(_graph));
        using Recording mix = new(_prompts.Clean);
        Tensor mixed = clean[sender.Output].Clone();
        for (int i = 0; i < mixed.Data.Length; i++)
            mixed.Data[i] += (float)(share * ((double)other[sender.Output].Data[i] - mixed.Data[i]));
        mix.Set(sender.Output, mixed);
        return ComponentPatching.Patched(_model, _prompts.Clean, [sender], mix, _prompts).Average();
    }
}
