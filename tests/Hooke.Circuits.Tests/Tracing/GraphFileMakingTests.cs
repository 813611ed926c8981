using System.Text.Json.Nodes;

namespace Hooke.Circuits.Tests.Tracing;

/// <summary>A traced graph as a file, and back.</summary>
public sealed class GraphFileMakingTests
{
    static readonly AttributionGraph Graph = Traced();

    [Fact]
    public void A_graph_comes_back_from_its_file_edge_for_edge()
    {
        GraphFile file = GraphFile.Of(new PrunedGraph(Graph, 1, 1), About());
        AttributionGraph back = Again(file).ToGraph();
        int rest = Array.FindIndex([.. back.Nodes], node => node.Name == "pruned");
        Assert.Empty(back.SourcesOf(rest).ToArray());
        Assert.Equal(Graph.Tokens, back.Tokens);
        Assert.Equal(Graph.Nodes.Select(Told), back.Nodes.Where((_, i) => i != rest).Select(Told));
        for (int node = 0; node < Graph.Nodes.Count; node++)
        {
            int there = node < rest ? node : node + 1;
            Assert.Equal(Graph.SourcesOf(node).ToArray(), back.SourcesOf(there).ToArray());
            Assert.Equal(Graph.WeightsOf(node).ToArray(), back.WeightsOf(there).ToArray());
        }
    }

    [Fact]
    public void Ids_are_those_of_the_field()
    {
        GraphFile file = GraphFile.Of(new PrunedGraph(Graph, 1, 1), About());
        Assert.Equal(["0_3_0", "0_5_1", "1_2_1", "1_-1_1", "E_40_0", "E_41_1", "1_bias_b_dec_0", "E_remainder_zeroed-positions_0",
            "E_remainder_pruned_0", "3_7_1", "3_101_1"], file.Nodes.Select(node => node.Id));
        Assert.Equal([9L, 20L, 8L], file.Nodes.Take(3).Select(node => node.Feature!.Value)); // Cantor's (0,3), (0,5) and (1,2)
        Assert.Equal("Output \"w7\" (p=0.600)", file.Nodes[9].Label);
        Assert.Equal("w7 less w8", file.Nodes[10].Label);
    }

    [Fact]
    public void What_was_pruned_is_one_node_and_rows_sum_to_what_they_did()
    {
        PrunedGraph pruned = new(Graph, 0.5, 0.9);
        Assert.InRange(pruned.NodeCount, 4, 7);
        GraphFile file = Again(GraphFile.Of(pruned, About()));
        int target = Array.FindIndex([.. file.Nodes], node => node.Id == "3_7_1");
        double sum = file.Links.Where(link => link.Target == target).Sum(link => link.Weight);
        Assert.Equal(Graph.SumOf(8), sum, 5);
        Assert.Contains(file.Links, link => file.Nodes[link.Source].Id == "E_remainder_pruned_0" && link.Target == target);
    }

    [Fact]
    public void Scores_and_shares_of_the_whole_graph_are_said_even_where_it_is_pruned()
    {
        JsonObject metadata = Again(GraphFile.Of(new PrunedGraph(Graph, 0.5, 0.9), About())).Metadata;
        GraphScores scores = GraphScores.Of(Graph);
        Assert.Equal(scores.Replacement, (double)metadata["replacement_score"]!);
        Assert.Equal(scores.Completeness, (double)metadata["completeness_score"]!);
        JsonNode first = metadata["target_shares"]![0]!;
        Assert.Equal("3_7_1", (string?)first["node_id"]);
        Assert.Equal(scores.Targets[0].Shares.Errors, (double)first["walked"]!["errors"]!);
        Assert.Equal(0.5, (double)metadata["pruning_settings"]!["node_threshold"]!);
    }

    [Fact]
    public void A_graph_that_was_pruned_before_can_be_pruned_again()
    {
        AttributionGraph once = new PrunedGraph(Graph, 0.9, 0.95).ToGraph();
        GraphFile file = Again(GraphFile.Of(new PrunedGraph(once, 0.5, 0.9), About()));
        int target = Array.FindIndex([.. file.Nodes], node => node.Id == "3_7_1");
        Assert.Equal(Graph.SumOf(8), file.Links.Where(link => link.Target == target).Sum(link => link.Weight), 5);
        Assert.Contains(file.Nodes, node => node.Id == "E_remainder_pruned_0_again");
        Assert.Equal("Output \"w7\" (p=0.600)", file.Nodes[target].Label);
    }

    [Fact]
    public void Groups_name_the_ids_of_nodes_that_are_kept()
    {
        GraphFileAbout about = About() with { Groups = [("country", [1, 2]), ("gone", [0])] };
        PrunedGraph pruned = new(Graph, 0.5, 0.9);
        Assert.False(pruned.HasNode(0));
        GraphFileGroup group = Assert.Single(GraphFile.Of(pruned, about).Supernodes);
        Assert.Equal("country", group.Name);
        Assert.Contains("1_2_1", group.Members);
    }

    static string Told(TraceNode node) =>
        $"{node.Kind} {node.Layer} {node.Position} {node.Index} {(node.Kind == TraceNodeKind.Target ? "" : node.Name)} {node.Value:R}";

    static GraphFile Again(GraphFile file)
    {
        string path = Path.GetTempFileName();
        try
        {
            file.Write(path);
            return GraphFile.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    static GraphFileAbout About() => new()
    {
        Slug = "made",
        Scan = "m",
        Prompt = "a b",
        TokenTexts = ["a", " b"],
        Layers = 2,
        VocabularySize = 100,
        TextOf = token => $"w{token}",
    };

    static AttributionGraph Traced()
    {
        TraceNode[] nodes =
        [
            new() { Kind = TraceNodeKind.Latent, Layer = 0, Position = 0, Index = 3, Value = 1.5f },
            new() { Kind = TraceNodeKind.Latent, Layer = 0, Position = 1, Index = 5, Value = 2 },
            new() { Kind = TraceNodeKind.Latent, Layer = 1, Position = 1, Index = 2, Value = 4 },
            new() { Kind = TraceNodeKind.Error, Layer = 1, Position = 1 },
            new() { Kind = TraceNodeKind.Token, Layer = -1, Position = 0, Index = 40 },
            new() { Kind = TraceNodeKind.Token, Layer = -1, Position = 1, Index = 41 },
            new() { Kind = TraceNodeKind.Bias, Layer = 1, Position = -1, Name = "b_dec" },
            new() { Kind = TraceNodeKind.Remainder, Layer = -1, Position = -1, Name = "zeroed positions" },
            new() { Kind = TraceNodeKind.Target, Layer = 2, Position = 1, Index = 7, Value = 0.6f },
            new() { Kind = TraceNodeKind.Target, Layer = 2, Position = 1, Name = "w7 less w8", Value = 0.3f },
        ];
        return new AttributionGraph([40, 41], nodes,
        [
            [new(4, 0.2f)], [new(4, 1), new(5, 1.25f)], [new(0, 0.1f), new(1, 3), new(5, -0.5f), new(6, 0.25f)], [], [], [], [], [],
            [new(0, 0.05f), new(1, 0.75f), new(2, 2), new(3, 0.3f), new(5, 0.1f), new(6, -0.2f), new(7, 0.4f)],
            [new(2, 1), new(3, -0.1f), new(6, 0.2f)],
        ]);
    }
}
