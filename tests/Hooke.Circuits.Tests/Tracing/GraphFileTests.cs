using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Circuits.Tests.Tracing;

/// <summary>Graphs that circuit-tracer and Neuronpedia wrote are read and written again without loss.</summary>
public sealed class GraphFileTests : IDisposable
{
    const string Small = """
        {"metadata":{"slug":"s","scan":"m","prompt_tokens":["a","b"],"prompt":"a b","schema_version":1,"of its own":[1.50,null]},
         "qParams":{"pinnedIds":["0_1_1"],"supernodes":[["pair","0_1_1","0_error_mlp_1"]],"linkType":"both"},
         "nodes":[
          {"node_id":"E_7_0","feature":null,"layer":"E","ctx_idx":0,"feature_type":"embedding","jsNodeId":"E_7-0","clerp":"a"},
          {"node_id":"0_1_1","feature":2,"layer":0,"ctx_idx":1,"feature_type":"cross layer transcoder","jsNodeId":"0_1-0",
           "clerp":"é \"<\u2028","activation":2.5,"influence":0.25,"extra":{"deep":[{"x":1e3}]}},
          {"node_id":"0_lor_4_1","feature":14,"layer":"0","ctx_idx":1,"feature_type":"lorsa","jsNodeId":"x","clerp":"",
           "qk_tracing_results":{"pair_wise_contributors":[["E_7_0","E_7_0",0.5]],"top_q_marginal_contributors":[],
           "top_k_marginal_contributors":[]}},
          {"node_id":"0_error_mlp_1","feature":null,"layer":"0","ctx_idx":1,"feature_type":"mlp reconstruction error",
           "jsNodeId":"0_1-0","clerp":"","influence":null},
          {"node_id":"0_bias_b_dec_1","feature":null,"layer":"0","ctx_idx":1,"feature_type":"bias","jsNodeId":"y","clerp":""},
          {"node_id":"1_9_1","feature":9,"layer":"1","ctx_idx":1,"feature_type":"logit","token_prob":0.75,"is_target_logit":true,
           "jsNodeId":"L_9-1","clerp":"Output \"c\" (p=0.750)"}],
         "links":[{"source":"E_7_0","target":"0_1_1","weight":-1.25,"note":"kept"},{"source":"0_1_1","target":"1_9_1","weight":3}],
         "qk_only_nodes":{"z":{"node_id":"z"}}}
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("hooke-graph-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Published =>
    [
        "graphs/circuit_tracer/3plus5_plt.json", "graphs/circuit_tracer/dallas_austin_clt.json",
        "graphs/circuit_tracer/dallas_austin_pruned_16n.json", "graphs/circuit_tracer/meow_clt.json",
        "parity/circuit_tracer_clt_gpt2_relu/frontend/tiny.json", "parity/circuit_tracer_plt_gpt2_jumprelu/frontend/tiny.json",
        "parity/circuit_tracer_plt_gpt2_partial/frontend/tiny.json",
    ];

    [FixtureTheory]
    [MemberData(nameof(Published))]
    public void A_published_graph_is_written_again_as_it_was(string file)
    {
        string path = Fixtures.ThirdParty(file.Split('/'));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(File.ReadAllText(path)), Rewritten(GraphFile.Read(path))));
    }

    [Fact]
    public void What_Hooke_does_not_know_is_kept_in_both_dialects()
    {
        GraphFile graph = Read(Small);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Small), Rewritten(graph)));
        Assert.Equal([TraceNodeKind.Token, TraceNodeKind.Latent, TraceNodeKind.Latent, TraceNodeKind.Error, TraceNodeKind.Bias,
            TraceNodeKind.Target], graph.Nodes.Select(node => node.Kind));
        Assert.Equal([null, 1L, 4L, null, null, null], graph.Nodes.Select(graph.LatentOf));
        Assert.Equal("pair", Assert.Single(graph.Supernodes).Name);
        Assert.Empty(graph.Notes);
    }

    [Fact]
    public void Links_may_stand_before_the_nodes_that_they_name()
    {
        JsonObject mixed = [];
        foreach ((string name, JsonNode? part) in JsonNode.Parse(Small)!.AsObject().Reverse())
            mixed[name] = part!.DeepClone();
        Assert.Equal(Read(Small).Links, Read(mixed.ToJsonString()).Links);
    }

    [FixtureFact]
    public void Latents_and_errors_that_share_an_id_are_told_apart()
    {
        string folder = Fixtures.ThirdParty("parity", "circuit_tracer_plt_gpt2_jumprelu");
        GraphFile graph = GraphFile.Read(Path.Combine(folder, "frontend", "tiny.json"));
        Assert.Contains("2 id(s) belong to a latent of layer 0 and to an error", Assert.Single(graph.Notes), StringComparison.Ordinal);

        using SafetensorsFile upstream = SafetensorsFile.Open(Path.Combine(folder, "graph.safetensors"));
        float[] adjacency = new float[234 * 234];
        upstream.Read("adjacency_matrix", adjacency);
        long[] active = upstream.ReadInt64("active_features"), logits = upstream.ReadInt64("logit_token_ids");
        int[] rows = [.. graph.Nodes.Select(node => node.Kind switch
        {
            TraceNodeKind.Latent => Enumerable.Range(0, 192).Single(i => (active[3 * i], active[(3 * i) + 1], active[(3 * i) + 2])
                == (node.LayerNumber, node.Position, graph.LatentOf(node))),
            TraceNodeKind.Error => 192 + (node.LayerNumber * 9) + node.Position,
            TraceNodeKind.Token => 219 + node.Position,
            _ => 228 + Array.IndexOf(logits, node.Feature!.Value),
        })];
        Assert.Equal(249, graph.Links.Count);
        Assert.Contains(graph.Links, link => graph.Nodes[link.Source] is { Id: "0_0_8" or "0_2_8", Kind: TraceNodeKind.Error });
        Assert.Contains(graph.Links, link => graph.Nodes[link.Source] is { Id: "0_0_8" or "0_2_8", Kind: TraceNodeKind.Latent });
        Assert.All(graph.Links, link => Assert.Equal(adjacency[(rows[link.Target] * 234) + rows[link.Source]], (float)link.Weight));
    }

    [Fact]
    public void Pins_and_groups_can_be_changed_and_are_written()
    {
        GraphFile graph = Read(Small).With(["1_9_1"], [new GraphFileGroup("both", ["E_7_0", "0_1_1"])]);
        JsonNode written = Rewritten(graph)["qParams"]!;
        Assert.Equal("""{"pinnedIds":["1_9_1"],"supernodes":[["both","E_7_0","0_1_1"]],"linkType":"both"}""", written.ToJsonString());
    }

    [Fact]
    public void The_viewers_list_of_graphs_holds_each_slug_once()
    {
        GraphFile graph = Read(Small);
        GraphIndex.Write(_folder, graph);
        graph.Metadata["prompt"] = "another";
        string path = GraphIndex.Write(_folder, graph);
        Assert.Equal("another", GraphFile.Read(path).Prompt);
        Assert.Equal("another", (string?)Assert.Single(GraphIndex.Read(_folder))["prompt"]);
        graph.Metadata["slug"] = "../elsewhere";
        Assert.Contains("cannot be a file's name",
            Assert.Throws<Tensors.InputException>(() => GraphIndex.Write(_folder, graph)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0), InlineData(3, 17), InlineData(0, 98_303), InlineData(61, 2_621_439), InlineData(0, 134_217_726)]
    public void Cantors_numbers_are_split_as_they_were_joined(long layer, long latent) =>
        Assert.Equal((layer, latent), CantorPair.Split(CantorPair.Join(layer, latent)));

    GraphFile Read(string text)
    {
        string path = Path.Combine(_folder, "graph.json");
        File.WriteAllText(path, text);
        return GraphFile.Read(path);
    }

    static JsonNode Rewritten(GraphFile graph)
    {
        using MemoryStream written = new();
        graph.Write(written);
        return JsonNode.Parse(written.ToArray())!;
    }
}
