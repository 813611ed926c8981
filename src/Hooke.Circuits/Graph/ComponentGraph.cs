using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// All components of a transformer and all edges between them: every earlier one to every input of a later one.
/// </summary>
/// <remarks>
/// The graph of edge attribution patching: Syed et al. 2023, arXiv:2310.10348; order of nodes as in EAP-IG's code.
/// </remarks>
public sealed class ComponentGraph
{
    readonly Dictionary<Edge, int> _indexOf;
    readonly (int Sender, int Receiver)[] _ends;

    /// <summary>The graph of a transformer.</summary>
    /// <exception cref="InputException">Heads write to the residual stream through a norm, not each for itself.</exception>
    public ComponentGraph(TransformerConfig config)
    {
        if (config.HasPostNorms)
            throw new InputException(
                $"in models of family {config.Family} heads write to the residual stream together, through a norm after "
                + "attention: edges of single heads do not add up, and circuits of them are not supported");
        List<Node> senders = [new(ComponentKind.Input, 0)];
        List<Receiver> receivers = [];
        for (int layer = 0; layer < config.NLayers; layer++)
        {
            Node[] heads = [.. Enumerable.Range(0, config.NHeads).Select(h => new Node(ComponentKind.Head, layer, h))];
            Node mlp = new(ComponentKind.Mlp, layer);
            foreach (Port port in new[] { Port.Query, Port.Key, Port.Value })
                receivers.AddRange(heads.Select(head => new Receiver(head, port)));
            senders.AddRange(heads);
            if (!config.HasMlp)
                continue;
            receivers.Add(new(mlp, Port.Whole));
            senders.Add(mlp);
        }
        receivers.Add(new(new(ComponentKind.Logits, config.NLayers), Port.Whole));
        (Senders, Receivers) = (senders, receivers);
        // What a receiver reads are the first so many of the senders.
        _ends = [.. receivers.SelectMany((r, at) =>
            Enumerable.Range(0, senders.TakeWhile(s => IsBefore(s, r.Node, config.IsParallel)).Count()).Select(s => (s, at)))];
        Edges = [.. _ends.Select(e => new Edge(senders[e.Sender], receivers[e.Receiver]))];
        _indexOf = Edges.Select((edge, index) => (edge, index)).ToDictionary(e => e.edge, e => e.index);
    }

    /// <summary>Components that write, in the order of computation: the input, then each layer's heads and its MLP.</summary>
    public IReadOnlyList<Node> Senders { get; }

    /// <summary>Inputs that read: each layer's queries, keys, values and MLP, then the logits.</summary>
    public IReadOnlyList<Receiver> Receivers { get; }

    /// <summary>Every edge, by receiver and then by sender.</summary>
    public IReadOnlyList<Edge> Edges { get; }

    /// <summary>The place of an edge in <see cref="Edges"/>.</summary>
    public int IndexOf(Edge edge) => _indexOf[edge];

    /// <summary>The places of an edge's two ends in <see cref="Senders"/> and <see cref="Receivers"/>.</summary>
    /// <param name="edge">Its place in <see cref="Edges"/>.</param>
    public (int Sender, int Receiver) Ends(int edge) => _ends[edge];

    /// <summary>The whole model as a circuit.</summary>
    public Circuit Whole => new(this, Enumerable.Range(0, Edges.Count));

    /// <summary>The circuit without an edge: every component reads the counterfactual.</summary>
    public Circuit Empty => new(this, []);

    // An MLP reads the heads of its layer, unless it stands beside them.
    static bool IsBefore(Node source, Node target, bool isParallel) =>
        source.Kind == ComponentKind.Input || source.Layer < target.Layer
        || (!isParallel && source.Layer == target.Layer && source.Kind == ComponentKind.Head && target.Kind == ComponentKind.Mlp);
}
