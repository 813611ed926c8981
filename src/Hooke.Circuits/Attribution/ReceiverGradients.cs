using Hooke.Models;
using Hooke.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Hooke.Circuits;

/// <summary>
/// Gradients of the metric with respect to what every component reads, summed over the mixes of a run:
/// [receiver, batch · pos · d_model].
/// </summary>
/// <remarks>
/// What one head's queries read is read by all heads together on the run. Its gradient follows from the queries' own: with
/// x̂ the normed stream, s its scale, γ the gain and q̂ = (γ x̂) W the query without biases,
/// ∂x = (γ (∂q Wᵀ) − x̂ ⟨q̂, ∂q⟩ / d_model) / s, less its mean, which differences of centred senders do not see.
/// A model whose heads read in another way is run with streams of their own for every head.
/// </remarks>
static class ReceiverGradients
{
    static readonly (Site Site, string Name)[] Ports = [(Site.Q, "Q"), (Site.K, "K"), (Site.V, "V")];

    /// <summary>What to record where heads read plainly.</summary>
    public static Address[] Plain(TransformerConfig config) =>
    [
        .. Enumerable.Range(0, config.NLayers).SelectMany(l => (Address[])
        [
            Site.Ln1Scale.At(l), Site.Ln1Normalized.At(l), Site.Q.At(l), Site.K.At(l), Site.V.At(l),
            .. config.HasMlp ? [Site.MlpIn.At(l)] : Array.Empty<Address>(),
        ]),
        Site.ResidPost.At(config.NLayers - 1),
    ];

    /// <summary>What to record where every head has to be given a stream of its own.</summary>
    public static Address[] Split(ComponentGraph graph) => [.. graph.Receivers.Select(r => r.Input.Whole).Distinct()];

    /// <summary>
    /// Whether queries, keys and values are, for every head, (γ x̂ + β) W + b and nothing more: tried on a recorded place.
    /// </summary>
    public static bool ReadPlainly(Model model, Run run)
    {
        if (!model.Config.HasNorms || model.Config.NHeads != model.Config.NKeyValueHeads)
            return false;
        for (int layer = 0; layer < model.Config.NLayers; layer++)
            foreach ((Site site, string name) in Ports)
            {
                HeadReading reading = new(model, layer, name);
                using Tensor expected = reading.Project(run[Site.Ln1Normalized.At(layer)].Data[..model.Config.DModel]);
                ReadOnlySpan<float> found = run[site.At(layer)].Data[..expected.Shape.Count];
                using Tensor difference = Tensor.From(found, found.Length);
                TensorPrimitives.Subtract(found, expected.Data, difference.Data);
                if (Reduce.SumOfSquares(difference.Data) > 1e-6f * Reduce.SumOfSquares(found))
                    return false;
            }
        return true;
    }

    /// <summary>Adds the gradients of a run with what <see cref="Plain"/> or <see cref="Split"/> names recorded.</summary>
    public static void Add(Model model, ComponentGraph graph, MixedRun run, bool plain, Tensor sums)
    {
        int width = sums.Shape[1];
        for (int r = 0; r < graph.Receivers.Count; r++)
        {
            Receiver receiver = graph.Receivers[r];
            if (!plain || receiver.Port == Port.Whole)
                AddMixes(run.Gradients[receiver.Input], receiver.Input.Head, sums.Data.Slice(r * width, width));
            else if (receiver.Node.Head == 0)
                new HeadReading(model, receiver.Node.Layer, Ports[(int)receiver.Port - 1].Name).AddGradients(
                    run, Ports[(int)receiver.Port - 1].Site.At(receiver.Node.Layer), sums, r);
        }
    }

    // row += the activation, or one head of it, over all mixes.
    static void AddMixes(Tensor gradient, int? head, Span<float> row)
    {
        int width = gradient.Shape[^1], heads = gradient.Shape.Rank == 4 ? gradient.Shape[2] : 1;
        for (int r = 0; r < gradient.Shape[0] * gradient.Shape[1]; r++)
        {
            Span<float> to = row.Slice(r * width % row.Length, width);
            TensorPrimitives.Add(to, gradient.Data.Slice(((r * heads) + (head ?? 0)) * width, width), to);
        }
    }
}
