using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// How much of what an earlier head writes a later head's weights read: ‖L · R‖ / (‖L‖ · ‖R‖), L = W_OV of the earlier one,
/// R = W_QK of the later one (by its queries), W_QKᵀ (by its keys) or W_OV (by its values).
/// </summary>
/// <remarks>
/// Between 0 and 1; random weights do not give 0, so compare with <see cref="CompositionBaseline"/>. Source: Elhage et al. 2021;
/// the same numbers as TransformerLens' all_composition_scores.
/// </remarks>
public static class Composition
{
    static readonly Port[] Ports = [Port.Query, Port.Key, Port.Value];

    /// <summary>The scores of all pairs of heads in different layers, in the order of source, target and port.</summary>
    public static IReadOnlyList<(Edge Edge, double Score)> Of(HeadCircuits circuits)
    {
        TransformerConfig config = circuits.Config;
        Dictionary<Edge, double> scores = [];
        Tensor[] left = [.. Layers(config).Select(layer => Written(circuits, layer))];
        try
        {
            foreach (int layer in Layers(config).Skip(1))
                foreach (Port port in Ports)
                {
                    using Tensor right = Readings(circuits, layer, port);
                    for (int source = 0; source < layer; source++)
                        Add(scores, config, left[source], right, source, layer, port);
                }
        }
        finally
        {
            foreach (Tensor tensor in left)
                tensor.Dispose();
        }
        return [.. from source in circuits.Heads
                   from target in circuits.Heads
                   where source.Layer < target.Layer
                   from port in Ports
                   let edge = new Edge(source, new(target, port))
                   select (edge, scores[edge])];
    }

    // All heads' L as rows [n_heads · d_head, d_model]: W_V is left out but for its triangle, as an orthonormal factor
    // changes no norm.
    static Tensor Written(HeadCircuits circuits, int layer) => Stack(circuits.Config, layer, head =>
        OrthogonalFactors.Of(circuits.Weights.Read(head, "V")).R.Times(circuits.Weights.Write(head)));

    // All heads' Rᵀ as rows, likewise.
    static Tensor Readings(HeadCircuits circuits, int layer, Port port) => Stack(circuits.Config, layer, head =>
    {
        (Matrix near, Matrix far) = port switch
        {
            Port.Query => (circuits.Weights.Read(head, "Q"), circuits.Weights.Read(head, "K")),
            Port.Key => (circuits.Weights.Read(head, "K"), circuits.Weights.Read(head, "Q")),
            _ => (circuits.Weights.Read(head, "V"), circuits.Weights.Write(head).Transposed()),
        };
        return OrthogonalFactors.Of(far).R.Times(near.Transposed());
    });

    // Each head's matrix [d_head, d_model] divided by its norm, one below the other.
    static Tensor Stack(TransformerConfig config, int layer, Func<Node, Matrix> matrix)
    {
        Tensor stack = Tensor.Zeros(config.NHeads * config.DHead, config.DModel);
        for (int head = 0, at = 0; head < config.NHeads; head++)
        {
            Matrix one = matrix(new(ComponentKind.Head, layer, head));
            double norm = one.Norm();
            for (int i = 0; i < one.Rows; i++)
                foreach (double value in one.Row(i))
                    stack.Data[at++] = norm > 0 ? (float)(value / norm) : 0;
        }
        return stack;
    }

    static void Add(
        Dictionary<Edge, double> scores, TransformerConfig config, Tensor left, Tensor right, int source, int target, Port port)
    {
        using Tensor products = Ops.MatMul(left, right, transposed: true);
        int width = products.Shape[1], size = config.DHead;
        for (int from = 0; from < config.NHeads; from++)
            for (int to = 0; to < config.NHeads; to++)
            {
                double squares = 0;
                for (int i = 0; i < size; i++)
                    foreach (float value in products.Data.Slice((((from * size) + i) * width) + (to * size), size))
                        squares += (double)value * value;
                scores[new(new(ComponentKind.Head, source, from), new(new(ComponentKind.Head, target, to), port))] =
                    Math.Sqrt(squares);
            }
    }

    static IEnumerable<int> Layers(TransformerConfig config) => Enumerable.Range(0, config.NLayers);
}
