using Hooke.Circuits;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

/// <summary>Made-up attribution graphs with nodes of every kind.</summary>
static class SampleGraph
{
    public const int Layers = 3, Positions = 4;

    /// <summary>A graph that a seed decides: every edge goes up, about every third that could be is there.</summary>
    public static AttributionGraph Of(ulong seed)
    {
        Draws draws = new Rng(seed).Draw();
        List<TraceNode> nodes = [];
        for (int layer = 0; layer < Layers; layer++)
            for (int position = 0; position < Positions; position++)
                for (int k = 0; k < 4; k++)
                    nodes.Add(new() { Kind = TraceNodeKind.Latent, Layer = layer, Position = position, Index = 10 + k, Value = 1 + k });
        for (int layer = 0; layer < Layers; layer++)
            for (int position = 0; position < Positions; position++)
                nodes.Add(new() { Kind = TraceNodeKind.Error, Layer = layer, Position = position });
        for (int position = 0; position < Positions; position++)
            nodes.Add(new() { Kind = TraceNodeKind.Token, Layer = -1, Position = position, Index = 20 + position });
        nodes.Add(new() { Kind = TraceNodeKind.Bias, Layer = 1, Position = -1, Name = "b_enc" });
        nodes.Add(new() { Kind = TraceNodeKind.Remainder, Layer = -1, Position = -1, Name = "zeroed positions" });
        nodes.Add(new() { Kind = TraceNodeKind.Target, Layer = Layers, Position = Positions - 1, Index = 30, Value = 0.7f });
        nodes.Add(new() { Kind = TraceNodeKind.Target, Layer = Layers, Position = Positions - 1, Index = 31, Value = 0.2f });
        return new AttributionGraph([20, 21, 22, 23], nodes, [.. nodes.Select(target => Incoming(target, nodes, draws))]);
    }

    /// <summary>Its file, all of it.</summary>
    public static GraphFile File(AttributionGraph graph, Func<int, int, string?>? labels = null, string token = " w") =>
        GraphFile.Of(new PrunedGraph(graph, 1, 1), About(labels, token));

    /// <summary>What its file says beside it.</summary>
    public static GraphFileAbout About(Func<int, int, string?>? labels = null, string token = " w") => new()
    {
        Slug = "sample",
        Scan = "made-up",
        Prompt = "a prompt",
        TokenTexts = [.. Enumerable.Range(0, Positions).Select(i => token + i)],
        Layers = Layers,
        VocabularySize = 100,
        TextOf = id => token + id,
        LabelOf = labels ?? ((_, _) => null),
    };

    /// <summary>The same file without its ranking, so that the page ranks the nodes itself.</summary>
    public static GraphFile Unranked(GraphFile file) => new()
    {
        Metadata = file.Metadata,
        Nodes = [.. file.Nodes.Select(node => node with { Influence = null })],
        Links = file.Links,
    };

    static List<TraceEdge> Incoming(TraceNode target, List<TraceNode> nodes, Draws draws)
    {
        List<TraceEdge> edges = [];
        if (target.Kind is not (TraceNodeKind.Latent or TraceNodeKind.Target))
            return edges;
        for (int i = 0; i < nodes.Count; i++)
        {
            bool isBelow = nodes[i].Kind != TraceNodeKind.Target && nodes[i].Layer < target.Layer && nodes[i].Position <= target.Position;
            if (isBelow && draws.Uniform() < 0.35)
                edges.Add(new(i, (float)((2 * draws.Uniform()) - 0.8)));
        }
        return edges;
    }
}
