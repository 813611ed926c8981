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
    /// <summary>EAP-IG: gradients averaged on the way from counterfactual to clean.</summary>
    /// <returns>One score for each of the graph's edges; positive where the edge serves the behaviour.</returns>
    public static float[] IntegratedGradients(Model model, PromptSet prompts, ComponentGraph graph, int steps = 5) =>
        Scores(model, prompts, graph, MixedRun.Shares(steps));

    /// <summary>EAP: one gradient, on the clean prompts.</summary>
    /// <returns>One score for each of the graph's edges; positive where the edge serves the behaviour.</returns>
    public static float[] Patching(Model model, PromptSet prompts, ComponentGraph graph) =>
        Scores(model, prompts, graph, [1f]);

    // All scores are one product: what senders change, [sender, batch · pos · d_model], by receivers' gradients.
    static float[] Scores(Model model, PromptSet prompts, ComponentGraph graph, float[] shares)
    {
        int width = prompts.Count * prompts.Clean.Positions * model.Config.DModel;
        using Tensor gradients = Tensor.Zeros(graph.Receivers.Count, width);
        using Tensor differences = Tensor.Zeros(graph.Senders.Count, width);
        using (BothEnds ends = new(model, prompts, Recorded(model.Config)))
        {
            SenderDifferences.Write(model, ends, graph, differences);
            bool plain = ReceiverGradients.ReadPlainly(model, ends.Run);
            IReadOnlyList<Address> record = plain ? ReceiverGradients.Plain(model.Config) : ReceiverGradients.Split(graph);
            foreach (MixedRun run in MixedRun.All(model, prompts, ends, shares, record))
                using (run)
                    ReceiverGradients.Add(model, graph, run, plain, gradients);
        }
        using Tensor products = Ops.MatMul(differences, gradients, transposed: true);
        float scale = -1f / (prompts.Count * shares.Length);
        return [.. Enumerable.Range(0, graph.Edges.Count).Select(graph.Ends).Select(e =>
            scale * products.Data[(e.Sender * graph.Receivers.Count) + e.Receiver])];
    }

    static Address[] Recorded(TransformerConfig config) =>
    [
        Site.ResidPre.At(0),
        .. Enumerable.Range(0, config.NLayers).SelectMany(l => (Address[])
        [
            Site.Z.At(l),
            .. config.HasMlp ? [Site.MlpOut.At(l)] : Array.Empty<Address>(),
            .. config.HasNorms ? [Site.Ln1Normalized.At(l), Site.Q.At(l), Site.K.At(l), Site.V.At(l)] : Array.Empty<Address>(),
        ]),
    ];
}

/// <summary>What every component writes on the counterfactual prompts less what it writes on the clean ones.</summary>
static class SenderDifferences
{
    /// <summary>Fills [sender, batch · pos · d_model].</summary>
    public static void Write(Model model, BothEnds ends, ComponentGraph graph, Tensor differences)
    {
        int width = differences.Shape[1], heads = model.Config.NHeads;
        for (int s = 0; s < graph.Senders.Count; s++)
        {
            Node sender = graph.Senders[s];
            if (sender.Kind == ComponentKind.Head)
            {
                if (sender.Head == 0)
                    WriteHeads(model, ends, sender.Layer, differences.Data.Slice(s * width, heads * width));
                continue;
            }
            using Tensor difference = ends.Difference(sender.Output);
            difference.Data.CopyTo(differences.Data.Slice(s * width, width));
        }
        if (model.Config is { HasNorms: true, IsLayerNorm: true })
            Centre(differences, model.Config.DModel);
    }

    // ⟨u(counterfactual) − u(clean)⟩ of a head is its z's difference through W_O; heads stand below one another.
    static void WriteHeads(Model model, BothEnds ends, int layer, Span<float> rows)
    {
        using Tensor z = ends.Difference(Site.Z.At(layer));
        using Tensor written = Ops.HeadOutputs(z, model.Weights[$"blocks.{layer}.attn.W_O"]);
        int heads = z.Shape[2], dModel = written.Shape[3], places = written.Shape.Count / (heads * dModel);
        for (int r = 0; r < places; r++)
            for (int h = 0; h < heads; h++)
                written.Data.Slice(((r * heads) + h) * dModel, dModel).CopyTo(rows[(((h * places) + r) * dModel)..]);
    }

    // Every reader's norm takes the mean away, so that only the rest of a difference counts.
    static void Centre(Tensor differences, int width) => Work.For(differences.Shape.Count / width, 64, (start, end) =>
    {
        for (int r = start; r < end; r++)
        {
            Span<float> row = differences.Data.Slice(r * width, width);
            System.Numerics.Tensors.TensorPrimitives.Subtract(row, Reduce.Sum(row) / width, row);
        }
    });
}
