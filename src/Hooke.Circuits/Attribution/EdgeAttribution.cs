using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Edge attribution patching, with integrated gradients: for every edge u → v an estimate of what the metric loses when the
/// edge carries the counterfactual, −⟨u(counterfactual) − u(clean), ∂m/∂v⟩ summed over positions, mean over prompts.
/// </summary>
/// <remarks>
/// The gradient is the mean over inputs e(counterfactual) + k/steps · (e(clean) − e(counterfactual)), k = 0 … steps − 1.
/// Source: Hanna et al. 2024, arXiv:2403.17806 (EAP-IG, inputs); Syed et al. 2023, arXiv:2310.10348 (EAP, one clean gradient).
/// </remarks>
public static class EdgeAttribution
{
    const string Mixed = "mixed";

    /// <summary>EAP-IG: gradients averaged on the way from counterfactual to clean.</summary>
    /// <returns>One score for each of the graph's edges; positive where the edge serves the behaviour.</returns>
    public static float[] IntegratedGradients(Model model, PromptSet prompts, ComponentGraph graph, int steps = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return Scores(model, prompts, graph, [.. Enumerable.Range(0, steps).Select(k => (float)k / steps)]);
    }

    /// <summary>EAP: one gradient, on the clean prompts.</summary>
    /// <returns>One score for each of the graph's edges; positive where the edge serves the behaviour.</returns>
    public static float[] Patching(Model model, PromptSet prompts, ComponentGraph graph) =>
        Scores(model, prompts, graph, [1f]);

    static float[] Scores(Model model, PromptSet prompts, ComponentGraph graph, float[] shares)
    {
        using Run clean = model.Run(prompts.Clean, CircuitRunner.Outputs(graph));
        using Run counterfactual = model.Run(prompts.Counterfactual, CircuitRunner.Outputs(graph));
        int rows = prompts.Count * prompts.Clean.Positions, width = rows * model.Config.DModel;
        using Tensor differences = Tensor.Zeros(graph.Senders.Count, width);
        for (int s = 0; s < graph.Senders.Count; s++)
        {
            Span<float> row = differences.Data.Slice(s * width, width);
            CopyOut(clean[graph.Senders[s].Output], graph.Senders[s].Output, row, -1);
            CopyOut(counterfactual[graph.Senders[s].Output], graph.Senders[s].Output, row, 1);
        }
        using Tensor gradients = Tensor.Zeros(graph.Receivers.Count, width);
        foreach (float share in shares)
            AddGradients(model, prompts, graph, clean, counterfactual, share, gradients);
        using Tensor products = Ops.MatMul(differences, gradients, transposed: true);
        float scale = -1f / (prompts.Count * shares.Length);
        return [.. graph.Edges.Select(e =>
            scale * products.Data[(Index(graph.Senders, e.Source) * graph.Receivers.Count) + Index(graph.Receivers, e.Target)])];
    }

    // Gradients of the metric with respect to every receiver's input, on the mix of clean and counterfactual embeddings.
    static void AddGradients(
        Model model, PromptSet prompts, ComponentGraph graph, Run clean, Run counterfactual, float share, Tensor gradients)
    {
        Address input = Site.ResidPre.At(0);
        using Recording mixed = new(prompts.Clean);
        Tensor mix = counterfactual[input].Clone();
        for (int i = 0; i < mix.Data.Length; i++)
            mix.Data[i] += share * (clean[input].Data[i] - mix.Data[i]);
        mixed.Set(input, mix);
        Plan plan = new()
        {
            Record = [.. graph.Receivers.Select(r => r.Input.Whole).Distinct()],
            Interventions = [new Patch(input, Mixed)],
            LastLogitsOnly = true,
        };
        (Run run, Recording at) = model.RunWithGradients(
            prompts.Clean, plan, prompts.MetricGradient, new Dictionary<string, Recording> { [Mixed] = mixed });
        int width = gradients.Shape[1];
        for (int r = 0; r < graph.Receivers.Count; r++)
            CopyOut(at[graph.Receivers[r].Input], graph.Receivers[r].Input, gradients.Data.Slice(r * width, width), 1);
        run.Dispose();
        at.Dispose();
    }

    // row += sign · the activation, or one head of it, as [batch · pos, d_model].
    static void CopyOut(Tensor activation, Address address, Span<float> row, float sign)
    {
        int width = activation.Shape[^1], heads = activation.Shape.Rank == 4 ? activation.Shape[2] : 1;
        for (int r = 0; r * width < row.Length; r++)
        {
            ReadOnlySpan<float> from = activation.Data.Slice(((r * heads) + (address.Head ?? 0)) * width, width);
            Span<float> to = row.Slice(r * width, width);
            for (int i = 0; i < width; i++)
                to[i] += sign * from[i];
        }
    }

    static int Index<T>(IReadOnlyList<T> items, T item) => ((List<T>)items).IndexOf(item);
}
