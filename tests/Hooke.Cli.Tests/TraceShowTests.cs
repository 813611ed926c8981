using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary><c>hooke trace show</c>: a graph from elsewhere is read, summed up and drawn, or refused.</summary>
public sealed class TraceShowTests : IDisposable
{
    const string Graph = """
        {"metadata":{"slug":"small","scan":"m","prompt_tokens":["<bos>"," a"],"prompt":"<bos> a","schema_version":1,"mine":"kept"},
         "qParams":{"supernodes":[["pair","E_5_1","0_3_1"]]},
         "nodes":[
          {"node_id":"E_5_1","feature":1,"layer":"E","ctx_idx":1,"feature_type":"embedding","jsNodeId":"E_5-1","clerp":""},
          {"node_id":"0_3_1","feature":9,"layer":"0","ctx_idx":1,"feature_type":"cross layer transcoder","jsNodeId":"0_3-0","clerp":"x"},
          {"node_id":"0_-1_1","feature":-1,"layer":"0","ctx_idx":1,"feature_type":"mlp reconstruction error","jsNodeId":"0_1-0","clerp":""},
          {"node_id":"2_7_1","feature":7,"layer":"2","ctx_idx":1,"feature_type":"logit","token_prob":0.5,"jsNodeId":"L_7-1","clerp":"out"}],
         "links":[{"source":"E_5_1","target":"0_3_1","weight":1},{"source":"0_3_1","target":"2_7_1","weight":3},
          {"source":"0_-1_1","target":"2_7_1","weight":-1}]}
        """;

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_graph_is_summed_up_and_written_with_its_page()
    {
        string path = Written(Graph), folder = _folder["shown"];
        JsonElement said = Hooke.Run("trace", "show", path, "--out", folder, "--json").Json;
        Assert.Equal(3, said.GetProperty("links").GetInt32());
        Assert.Equal(0.25, said.GetProperty("targets")[0].GetProperty("shares").GetProperty("errors").GetDouble(), 1e-9);
        Assert.Equal(0.75, said.GetProperty("scores").GetProperty("replacement").GetDouble(), 1e-9);
        Assert.Equal("pair", said.GetProperty("supernodes")[0].GetProperty("name").GetString());
        using JsonDocument graph = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "graph.json")));
        Assert.Equal("kept", graph.RootElement.GetProperty("metadata").GetProperty("mine").GetString());
        Assert.Contains("<canvas", File.ReadAllText(Path.Combine(folder, "index.html")), StringComparison.Ordinal);
        Outcome table = Hooke.Run("trace", "show", path);
        Assert.Contains("mlp reconstruction error", table.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"source\":\"0_3_1\"", "\"source\":\"9_9_9\"", "9_9_9")]
    [InlineData("\"weight\":3", "\"weight\":NaN", "NaN")]
    [InlineData("\"schema_version\":1", "\"schema_version\":2", "schema_version 2")]
    [InlineData("\"links\"", "\"lines\"", "it has no 'links'")]
    [InlineData("\"source\":\"E_5_1\",\"target\":\"0_3_1\"", "\"source\":\"2_7_1\",\"target\":\"0_3_1\"", "cycle")]
    public void A_graph_that_cannot_be_is_refused(string from, string to, string word)
    {
        string folder = _folder["shown"];
        Hooke.Run("trace", "show", Written(Graph.Replace(from, to, StringComparison.Ordinal)), "--out", folder).RefusedWith(word);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_file_that_is_absent_is_refused() => Hooke.Run("trace", "show", _folder["none.json"]).RefusedWith("none.json");

    string Written(string text)
    {
        string path = _folder["graph.json"];
        File.WriteAllText(path, text);
        return path;
    }
}
