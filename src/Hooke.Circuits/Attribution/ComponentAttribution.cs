using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Gradient attribution of components: for every head, MLP and the input an estimate of what the metric loses when the
/// component's output is the counterfactual's, −⟨u(counterfactual) − u(clean), ∂m/∂u⟩, mean over prompts.
/// </summary>
/// <remarks>Source: Nanda 2023, "Attribution patching"; integrated as in Hanna et al. 2024, arXiv:2403.17806.</remarks>
public static class ComponentAttribution
{
    const string Mixed = "mixed";

    /// <summary>Attribution patching: one gradient, on the clean prompts.</summary>
    public static IReadOnlyDictionary<Node, double> Patching(Model model, PromptSet prompts, ComponentGraph graph) =>
        Scores(model, prompts, graph, [1f]);

    /// <summary>Integrated gradients on the way from counterfactual to clean embeddings.</summary>
    public static IReadOnlyDictionary<Node, double> IntegratedGradients(
        Model model, PromptSet prompts, ComponentGraph graph, int steps = 5) =>
        Scores(model, prompts, graph, [.. Enumerable.Range(0, steps).Select(k => (float)k / steps)]);

    static Dictionary<Node, double> Scores(Model model, PromptSet prompts, ComponentGraph graph, float[] shares)
    {
        Plan outputs = CircuitRunner.Outputs(graph);
        Dictionary<Node, double> scores = graph.Senders.ToDictionary(s => s, _ => 0.0);
        using Run clean = model.Run(prompts.Clean, outputs);
        using Run counterfactual = model.Run(prompts.Counterfactual, outputs);
        Address input = Site.ResidPre.At(0);
        foreach (float share in shares)
        {
            using Recording mixed = new(prompts.Clean);
            Tensor mix = counterfactual[input].Clone();
            for (int i = 0; i < mix.Data.Length; i++)
                mix.Data[i] += share * (clean[input].Data[i] - mix.Data[i]);
            mixed.Set(input, mix);
            (Run run, Recording gradients) = model.RunWithGradients(
                prompts.Clean, outputs with { Interventions = [new Patch(input, Mixed)] }, prompts.MetricGradient,
                new Dictionary<string, Recording> { [Mixed] = mixed });
            foreach (Node sender in graph.Senders)
                scores[sender] -= Product(sender.Output, clean, counterfactual, gradients) / (shares.Length * prompts.Count);
            run.Dispose();
            gradients.Dispose();
        }
        return scores;
    }

    static double Product(Address output, Run clean, Run counterfactual, Recording gradients)
    {
        Tensor gradient = gradients[output], a = counterfactual[output], b = clean[output];
        int width = gradient.Shape[^1], heads = gradient.Shape.Rank == 4 ? gradient.Shape[2] : 1;
        double sum = 0;
        for (int r = output.Head ?? 0; r < gradient.Shape.Rows(); r += heads)
            for (int i = r * width; i < (r + 1) * width; i++)
                sum += ((double)a.Data[i] - b.Data[i]) * gradient.Data[i];
        return sum;
    }

    static int Rows(this Shape shape) => shape.Count / shape[^1];
}
