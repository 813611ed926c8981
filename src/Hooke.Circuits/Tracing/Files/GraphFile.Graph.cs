using System.Globalization;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Circuits;

public sealed partial class GraphFile
{
    /// <summary>
    /// The file of a traced graph's kept part: the rest in one node, scores and shares of the whole graph in the metadata.
    /// </summary>
    /// <remarks>Ids follow from layer, latent or token, and position: the same on every machine.</remarks>
    /// <exception cref="InputException">The graph has a cycle.</exception>
    public static GraphFile Of(PrunedGraph pruned, GraphFileAbout about) => new GraphFileMaking(pruned, about).Make();

    /// <summary>The graph, its nodes in the file's order; tokens and targets by what the file says of them.</summary>
    /// <remarks>
    /// Tokens are −1 where the file does not name them. Targets weigh what their probabilities are.
    /// </remarks>
    public AttributionGraph ToGraph()
    {
        int positions = Math.Max(PromptTokens.Count, Nodes.Max(node => node.Position) + 1);
        int[] tokens = new int[Math.Min(positions, 1 << 20)];
        Array.Fill(tokens, -1);
        bool isLlamascopium = Nodes.Any(node => node is { Kind: TraceNodeKind.Token, Feature: null });
        TraceNode[] nodes = [.. Nodes.Select(node => Node(node, isLlamascopium))];
        foreach (TraceNode node in nodes.Where(node => node.Kind == TraceNodeKind.Token && node.Position < tokens.Length))
            tokens[node.Position] = node.Index;
        List<TraceEdge>[] incoming = new List<TraceEdge>[nodes.Length];
        foreach ((int source, int target, double weight) in Links)
            (incoming[target] ??= []).Add(new(source, (float)weight));
        return new AttributionGraph(tokens, nodes, [.. incoming.Select(edges => edges ?? (IReadOnlyList<TraceEdge>)[])]);
    }

    TraceNode Node(GraphFileNode node, bool isLlamascopium)
    {
        bool isSummed = Flag(node, GraphFileNames.Summed);
        TraceNode plain = new()
        {
            Kind = node.Kind,
            Layer = node.LayerNumber,
            Position = isSummed ? -1 : node.Position,
        };
        return node.Kind switch
        {
            TraceNodeKind.Latent => plain with { Index = (int)(LatentOf(node) ?? -1), Value = (float)(node.Activation ?? 0) },
            TraceNodeKind.Token => plain with { Index = TokenIn(node) },
            TraceNodeKind.Target => plain with
            {
                Layer = isLlamascopium ? node.LayerNumber : node.LayerNumber - 1,
                Index = Flag(node, GraphFileNames.Virtual) ? -1 : (int)(node.Feature ?? -1),
                Name = node.Label,
                Value = (float)(node.Probability ?? 0),
            },
            TraceNodeKind.Bias or TraceNodeKind.Remainder => plain with
            {
                Name = node.Others?[GraphFileNames.Name]?.ToString() ?? node.Label,
            },
            _ => plain,
        };
    }

    // A token's number stands in its id alone.
    static int TokenIn(GraphFileNode node)
    {
        string[] parts = node.Id.Split('_');
        return parts is ["E", var token, var position] && position == node.Position.ToString(CultureInfo.InvariantCulture)
            && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
    }

    static bool Flag(GraphFileNode node, string name) =>
        node.Others?[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
