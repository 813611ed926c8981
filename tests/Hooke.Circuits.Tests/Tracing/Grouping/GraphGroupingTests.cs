using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

public class GraphGroupingTests
{
    // Latents 0, 1 have the same edges; 2 has others; 3 is like 0 but at another position. 4 and 5 are tokens, 6 the target.
    static readonly AttributionGraph Graph = Of(
        [Latent(0, 1, 10), Latent(0, 1, 11), Latent(1, 1, 10), Latent(0, 2, 10)],
        [[(4, 2)], [(4, 1)], [(5, 1)], [(4, 2)]],
        [(0, 3), (1, 1.5f), (2, -1), (3, 3)]);

    [Fact]
    public void Latents_at_one_position_with_edges_alike_are_proposed_as_a_group()
    {
        NodeGroup group = Assert.Single(GraphGrouping.Propose(Graph));
        Assert.Equal([0, 1], group.Members);
        Assert.Equal("layer 0 at 1: 2 latents from 0.10", group.Name);
    }

    [Fact]
    public void Across_positions_those_elsewhere_join()
    {
        NodeGroup group = Assert.Single(GraphGrouping.Propose(Graph, settings: new() { AcrossPositions = true }));
        Assert.Equal([0, 1, 3], group.Members);
    }

    [Fact]
    public void A_label_brings_together_what_nothing_else_does_and_names_the_group()
    {
        AttributionGraph apart = Of(
            [Latent(0, 1, 10), Latent(0, 1, 11), Latent(1, 1, 10)], [[(3, 2)], [(4, 1)], [(3, 1)]], [(0, 3), (1, -1), (2, -1)]);
        NodeGroup group = Assert.Single(GraphGrouping.Propose(apart, settings: new()
        {
            LeastSimilarity = 0.999,
            LabelOf = (layer, latent) => (layer, latent) is (0, 11) or (1, 10) ? "France" : null,
        }));
        Assert.Equal("France", group.Name);
        Assert.Equal([1, 2], group.Members);
    }

    [Fact]
    public void Directions_that_differ_keep_apart_what_edges_would_join()
    {
        using CoderSet coders = Coders((0, 10, [1, 0]), (0, 11, [0, 1]), (1, 10, [1, 0]));
        Assert.Empty(GraphGrouping.Propose(Graph, coders, new() { LeastSimilarity = 0.6 }));
        Assert.Equal([0, 1], Assert.Single(GraphGrouping.Propose(Graph, coders, new() { LeastSimilarity = 0.5 })).Members);
        Assert.Equal([0, 1], Assert.Single(GraphGrouping.Propose(Graph, coders, new() { DecoderWeight = 0, LeastSimilarity = 0.6 })).Members);
        // What 0 and 2 write in the layer that both write to is the same.
        Assert.Equal([0, 2], Assert.Single(GraphGrouping.Propose(Graph, coders, new() { EdgeWeight = 0, LeastSimilarity = 0.6 })).Members);
    }

    [Fact]
    public void Average_linkage_is_that_of_all_pairs()
    {
        // On a line of directions in the plane: 0°, 20°, 50°, 100°; the nearest join first.
        double[] angles = [0, 20, 50, 100];
        using CoderSet coders = Coders([.. angles.Select((angle, i) =>
            (0, i, new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) }))]);
        AttributionGraph graph = Of([.. angles.Select((_, i) => Latent(0, 1, i))], [[], [], [], []], []);
        double third = (Math.Cos(50 * Math.PI / 180) + Math.Cos(30 * Math.PI / 180)) / 2; // of {0°, 20°} with 50°
        int[][] Groups(double least) => [.. GraphGrouping.Propose(graph, coders, new() { EdgeWeight = 0, LeastSimilarity = least })
            .Select(group => group.Members.ToArray())];
        Assert.Equal([[0, 1, 2]], Groups(third - 0.001));
        Assert.Equal([[0, 1]], Groups(third + 0.02));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using CoderSet coders = Coders((0, 3, [1, 0]));
        Assert.Contains("traced with another", Assert.Throws<InputException>(() => GraphGrouping.Propose(Graph, coders)).Message, StringComparison.Ordinal);
        Assert.Contains("not both 0", Assert.Throws<InputException>(() =>
            GraphGrouping.Propose(Graph, settings: new() { DecoderWeight = 0, EdgeWeight = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_are_edited_so_that_no_node_is_in_two()
    {
        IReadOnlyList<GraphFileGroup> groups = [new("France", ["a", "b"]), new("Spain", ["c"])];
        Assert.Equal([("France", "a"), ("Spain", "c,b")], Text(groups.WithMembers("Spain", ["b"])));
        Assert.Equal([("Spain", "c"), ("new", "a,b")], Text(groups.WithMembers("new", ["a", "b"])));
        Assert.Equal([("Spain", "c,a,b")], Text(groups.Renamed("France", "Spain")));
        Assert.Equal([("Gaul", "a,b"), ("Spain", "c")], Text(groups.Renamed("France", "Gaul")));
        Assert.Equal([("Spain", "c")], Text(groups.Without("France")));
        Assert.Contains("no group 'Italy'", Assert.Throws<InputException>(() => groups.Without("Italy")).Message, StringComparison.Ordinal);

        static IEnumerable<(string, string)> Text(IReadOnlyList<GraphFileGroup> groups) =>
            groups.Select(group => (group.Name, string.Join(",", group.Members)));
    }

    internal static TraceNode Latent(int layer, int position, int index) =>
        new() { Kind = TraceNodeKind.Latent, Layer = layer, Position = position, Index = index, Value = 1 + index };

    // Latents, two tokens, one target.
    internal static AttributionGraph Of(TraceNode[] latents, (int Source, float Weight)[][] incoming, (int Source, float Weight)[] target)
    {
        TraceNode[] nodes =
        [
            .. latents,
            new() { Kind = TraceNodeKind.Token, Layer = -1, Position = 1, Index = 7 },
            new() { Kind = TraceNodeKind.Token, Layer = -1, Position = 2, Index = 8 },
            new() { Kind = TraceNodeKind.Target, Layer = 2, Position = 2, Index = 9 },
        ];
        IReadOnlyList<TraceEdge>[] edges =
        [
            .. incoming.Append([]).Append([]).Append(target).Select(some => some.Select(e => new TraceEdge(e.Source, e.Weight)).ToArray()),
        ];
        return new AttributionGraph([5, 7, 8], nodes, edges);
    }

    // A cross-layer transcoder of two layers: latents of layer 0 write in both, [2] wide, the same in each.
    static CoderSet Coders(params (int Layer, int Latent, float[] Direction)[] rows)
    {
        int latents = rows.Max(row => row.Latent) + 1;
        return new([.. Enumerable.Range(0, 2).Select(layer =>
        {
            CoderDecoder Decoder()
            {
                Tensor weight = Tensor.Zeros(latents, 2);
                foreach ((_, int latent, float[] direction) in rows.Where(row => row.Layer == layer))
                    direction.CopyTo(weight.Data[(latent * 2)..]);
                return new() { Weight = weight };
            }

            return new SparseCoder(
                new CoderConfig
                {
                    Kind = CoderKind.Relu,
                    IsTranscoder = true,
                    Inputs = [new(null, 2)],
                    Outputs = [.. Enumerable.Range(layer, 2 - layer).Select(_ => new CoderSite(null, 2))],
                    NLatents = latents,
                },
                new CoderWeights
                {
                    Encoder = Tensor.Zeros(2, latents),
                    EncoderBias = Tensor.Zeros(latents),
                    Decoders = [.. Enumerable.Range(layer, 2 - layer).Select(_ => Decoder())],
                });
        })]);
    }
}
