using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public sealed class EdgeAttributionTests
{
    // The same sums of float32 products in another order.
    const double Tolerance = 2e-5;

    [Theory]
    [InlineData("layer norm, biases", 2, true)]
    [InlineData("attention only", 2, true)]
    [InlineData("RMS norm, rotary", 2, false)]
    [InlineData("RMS norm, rotary, shared keys", 1, false)]
    public void Scores_are_products_with_gradients_at_streams_of_each_heads_own(string family, int keyHeads, bool isGpt)
    {
        using Model model = isGpt ? Made.Tiny(family == "attention only" ? 0 : 16) : Made.TinyLlama(keyHeads);
        ComponentGraph graph = new(model.Config);
        PromptSet prompts = Made.Prompts(model, [5, 3, 8], seed: 11);
        double[] expected = Expected(model, prompts, graph, steps: 3);
        float[] found = EdgeAttribution.IntegratedGradients(model, prompts, graph, steps: 3);
        double difference = Made.Difference(found.Select(f => (double)f), expected);
        Assert.True(difference <= Tolerance, $"{family}: {difference:g3}");
    }

    static double[] Expected(Model model, PromptSet prompts, ComponentGraph graph, int steps)
    {
        Address input = Site.ResidPre.At(0);
        using Run clean = model.Run(prompts.Clean, CircuitRunner.Outputs(graph));
        using Run other = model.Run(prompts.Counterfactual, CircuitRunner.Outputs(graph));
        Plan plan = new()
        {
            Record = [.. graph.Receivers.Select(r => r.Input.Whole).Distinct()],
            Interventions = [new Patch(input, "mix")],
            LastLogitsOnly = true,
        };
        double[] scores = new double[graph.Edges.Count];
        for (int step = 0; step < steps; step++)
        {
            using Recording mix = new(prompts.Clean);
            Tensor mixed = other[input].Clone();
            for (int i = 0; i < mixed.Data.Length; i++)
                mixed.Data[i] += (float)step / steps * (clean[input].Data[i] - mixed.Data[i]);
            mix.Set(input, mixed);
            (Run run, Recording gradients) = model.RunWithGradients(
                prompts.Clean, plan, prompts.MetricGradient, new Dictionary<string, Recording> { ["mix"] = mix });
            foreach ((Edge edge, int i) in graph.Edges.Select((e, i) => (e, i)))
                scores[i] -= Rows(other[edge.Source.Output], edge.Source.Output.Head)
                    .Zip(Rows(clean[edge.Source.Output], edge.Source.Output.Head), (a, b) => (double)a - b)
                    .Zip(Rows(gradients[edge.Target.Input], edge.Target.Input.Head), (d, g) => d * g)
                    .Sum() / (steps * prompts.Count);
            run.Dispose();
            gradients.Dispose();
        }
        return scores;
    }

    static IEnumerable<float> Rows(Tensor x, int? head)
    {
        float[] values = x.Data.ToArray();
        int width = x.Shape[^1], heads = x.Shape.Rank == 4 ? x.Shape[2] : 1;
        return values.Chunk(width).Where((_, row) => row % heads == (head ?? 0)).SelectMany(row => row);
    }
}
