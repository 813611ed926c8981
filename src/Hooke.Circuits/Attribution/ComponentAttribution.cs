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
    /// <summary>Attribution patching: one gradient, on the clean prompts.</summary>
    public static IReadOnlyDictionary<Node, double> Patching(Model model, PromptSet prompts, ComponentGraph graph) =>
        Scores(model, prompts, graph, [1f]);

    /// <summary>Integrated gradients on the way from counterfactual to clean embeddings.</summary>
    public static IReadOnlyDictionary<Node, double> IntegratedGradients(
        Model model, PromptSet prompts, ComponentGraph graph, int steps = 5) =>
        Scores(model, prompts, graph, MixedRun.Shares(steps));

    static Dictionary<Node, double> Scores(Model model, PromptSet prompts, ComponentGraph graph, float[] shares)
    {
        Address[] record = [.. graph.Senders.Select(s => Place(s).Whole).Distinct()];
        Dictionary<Node, double> scores = graph.Senders.ToDictionary(s => s, _ => 0.0);
        using BothEnds ends = new(model, prompts, record);
        foreach (MixedRun run in MixedRun.All(model, prompts, ends, shares, record))
            using (run)
                foreach (Node sender in graph.Senders)
                    scores[sender] -= Product(Place(sender), ends, run.Gradients) / (shares.Length * prompts.Count);
        return scores;
    }

    // A head writes z W_O, which is linear: ⟨Δz, ∂m/∂z⟩ is ⟨Δu, ∂m/∂u⟩.
    static Address Place(Node sender) => sender.Kind == ComponentKind.Head
        ? Site.Z.At(sender.Layer).AtHead(sender.Head)
        : sender.Output;

    static double Product(Address place, BothEnds ends, Recording gradients)
    {
        Tensor gradient = gradients[place];
        ReadOnlySpan<float> a = ends.Counterfactual(place), b = ends.Clean(place), g = gradient.Data;
        int width = gradient.Shape[^1], heads = gradient.Shape.Rank == 4 ? gradient.Shape[2] : 1;
        double sum = 0;
        for (int r = place.Head ?? 0; r < g.Length / width; r += heads)
            for (int i = r * width; i < (r + 1) * width; i++)
                sum += ((double)a[i % a.Length] - b[i % a.Length]) * g[i];
        return sum;
    }
}
