namespace Hooke.Circuits.Tests;

public class AggregateGraphTests
{
    static readonly string[] Roles = ["<bos>", "the+1", "is"];

    static readonly AttributionGraph One = GraphGroupingTests.Of(
        [GraphGroupingTests.Latent(0, 1, 3), GraphGroupingTests.Latent(1, 2, 4)], [[(2, 2)], [(0, 1)]], [(1, 4), (0, 1)]);

    static readonly AttributionGraph Other = GraphGroupingTests.Of(
        [GraphGroupingTests.Latent(0, 1, 3), GraphGroupingTests.Latent(1, 2, 6)], [[(2, 1)], [(0, 3)]], [(1, 5), (0, -3)]);

    [Fact]
    public void What_graphs_share_is_counted_and_averaged_over_all_of_them()
    {
        AggregateGraph both = AggregateGraph.Of([new(One, Roles), new(Other, Roles)]);
        AggregateNode shared = new(TraceNodeKind.Latent, 0, 3, "the+1"), single = new(TraceNodeKind.Latent, 1, 4, "is");
        AggregateNode target = new(TraceNodeKind.Target, 2, -1, "target 0");
        Assert.Equal(new Occurrence(2, 1, 4, 0), both.Nodes[shared]);
        Assert.Equal(new Occurrence(1, 0.5, 2.5, Math.Sqrt(12.5)), both.Nodes[single]);
        Assert.Equal(new Occurrence(2, 1, -1, Math.Sqrt(8)), both.Edges[new(shared, target)]);
        Assert.Equal(new Occurrence(1, 0.5, 2, Math.Sqrt(8)), both.Edges[new(single, target)]);
        Assert.Equal([shared], both.SharedNodes(0.8).Select(pair => pair.Node));
        Assert.Equal([single], both.Particular(new(One, Roles), 0.5));
        Assert.Equal(1.5, both.SharedEdges(0.8)[0].Found.Mean);
    }

    [Fact]
    public void Bringing_a_graph_together_with_itself_changes_no_mean()
    {
        AggregateGraph once = AggregateGraph.Of([new(One, Roles)]), thrice = AggregateGraph.Of([new(One, Roles), new(One, Roles), new(One, Roles)]);
        Assert.Equal(once.Edges.Keys.ToHashSet(), thrice.Edges.Keys.ToHashSet());
        Assert.All(once.Edges, pair => Assert.Equal((pair.Value.Mean, 3, 0.0), (thrice.Edges[pair.Key].Mean, thrice.Edges[pair.Key].Count, thrice.Edges[pair.Key].Deviation)));
    }

    [Fact]
    public void A_difference_has_what_one_graph_has_alone_and_every_edge_that_changed()
    {
        GraphDifference difference = GraphDifference.Of(new(One, Roles), new(Other, Roles));
        Assert.Equal([4], difference.OnlyFirst.Select(pair => pair.Node.Index));
        Assert.Equal([6], difference.OnlySecond.Select(pair => pair.Node.Index));
        Assert.Equal([5, 4, 4, 3, 1, 1], difference.Edges.Select(edge => Math.Abs(edge.First - edge.Second)));
        // Of 2+1+4+1 and 1+3+5+3 only the token's edge, 1, is in both with one sign.
        Assert.Equal(1 / 19.0, difference.Overlap, 1e-9);
        GraphDifference none = GraphDifference.Of(new(One, Roles), new(One, Roles));
        Assert.Empty(none.Edges);
        Assert.Empty(none.OnlyFirst);
        Assert.Equal(1, none.Overlap);
    }

    [Fact]
    public void Positions_are_named_by_the_words_that_most_prompts_have()
    {
        IReadOnlyList<IReadOnlyList<string>> roles = PositionRoles.Of(
        [
            "the capital of the country with the Garu abbey is".Split(' '),
            "in the country with the Fekin dome the capital is".Split(' '),
        ]);
        Assert.Equal("the capital of the#2 country with the#3 Garu abbey is".Split(' '), roles[0]);
        IReadOnlyList<IReadOnlyList<string>> three = PositionRoles.Of(
            ["see the Garu abbey now".Split(' '), "see the Fekin dome now".Split(' '), "see the Vunu wall now".Split(' ')]);
        Assert.Equal("see the the+1 the+2 now".Split(' '), three[0]);
        Assert.Equal(three[0], three[2]);
        Assert.Equal(["0", "1"], PositionRoles.Places(2));
    }
}
