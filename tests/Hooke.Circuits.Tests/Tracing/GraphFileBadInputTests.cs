using System.Text;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests.Tracing;

/// <summary>A graph file that is none, or that cannot be, is refused in a sentence that says where.</summary>
public sealed class GraphFileBadInputTests : IDisposable
{
    const string Node = """{"node_id":"A","feature":0,"layer":"0","ctx_idx":0,"feature_type":"lorsa","jsNodeId":"","clerp":""}""";
    const string Metadata = """{"slug":"s","scan":"m","prompt_tokens":["a"],"prompt":"a"}""";
    const string Link = """{"source":"A","target":"A","weight":1}""";

    readonly string _folder = Directory.CreateTempSubdirectory("hooke-graph-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "does not contain any JSON")]
    [InlineData("[]", "its outermost value is not an object")]
    [InlineData("{\"metadata\":", "not a graph's JSON")]
    [InlineData("{\"nodes\":[}", "line 1, byte 10")]
    [InlineData("{}", "it has no 'metadata'")]
    public void A_file_that_is_no_graph_is_refused(string text, params string[] words)
    {
        string message = Refused(text);
        Assert.Contains(words, word => message.Contains(word, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"slug\":\"s\",", "", "its metadata has no text 'slug'")]
    [InlineData("[\"a\"]", "[1]", "'prompt_tokens'")]
    [InlineData("\"scan\":\"m\"", "\"scan\":\"m\",\"schema_version\":7", "schema_version 7; Hooke reads 1")]
    [InlineData("\"scan\":\"m\"", "\"scan\":\"m\",\"schema_version\":\"1\"", "schema_version")]
    [InlineData("\"scan\":\"m\"", "\"scan\":\"m\",\"scan\":\"m\"", "'scan' stands twice")]
    [InlineData("\"layer\":\"0\"", "\"layer\":\"zero\"", "node 0 ('A') has layer 'zero'")]
    [InlineData("\"layer\":\"0\"", "\"layer\":\"99999999\"", "has layer '99999999'")]
    [InlineData("\"ctx_idx\":0", "\"ctx_idx\":-1", "is at position -1")]
    [InlineData("\"ctx_idx\":0", "\"ctx_idx\":0.5", "'ctx_idx' that is not a whole number")]
    [InlineData("\"clerp\":\"\"", "\"clerp\":null", "'clerp' that is not a text")]
    [InlineData(",\"clerp\":\"\"", "", "node 0 ('A') has no 'clerp'")]
    [InlineData("\"clerp\":\"\"", "\"clerp\":\"\",\"influence\":1e999", "'influence' that is not a finite number")]
    [InlineData("\"clerp\":\"\"", "\"clerp\":\"\",\"activation\":NaN", "NaN and Infinity are no JSON numbers")]
    [InlineData("\"weight\":1", "\"weight\":NaN", "NaN and Infinity are no JSON numbers")]
    [InlineData("\"weight\":1", "\"weight\":-1e999", "weight that is not a finite number")]
    [InlineData("\"weight\":1", "\"weight\":\"1\"", "weight that is not a finite number")]
    [InlineData(",\"weight\":1", "", "link", "0 has no 'weight'")]
    [InlineData("\"source\":\"A\"", "\"source\":\"B\"", "0 has the source 'B', and no node has that id")]
    [InlineData("\"target\":\"A\"", "\"target\":[]", "0 has a 'target' that is not the id of a node")]
    [InlineData(Node, Node + "," + Node, "nodes 0 and 1 have the same id 'A'")]
    [InlineData(Node, "", "it has no nodes")]
    [InlineData(Node, "[]", "node 0 is not an object")]
    public void A_fault_is_named_with_its_place(string from, string to, params string[] words)
    {
        string whole = Whole(Node, Link), text = whole.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(whole, text);
        string message = Refused(text);
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_text_that_is_no_Unicode_is_refused()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(Whole(Node, Link).Replace("lorsa", "lors\u00e9", StringComparison.Ordinal));
        Assert.Contains("not a graph's JSON", Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_absent_or_a_folder_is_refused()
    {
        Assert.Contains("absent.json", Assert.Throws<InputException>(() => GraphFile.Read(Path.Combine(_folder, "absent.json"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => GraphFile.Read(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        string whole = Whole(Node, Link);
        for (int length = 0; length < whole.Length; length++)
            Refused(whole[..length]);
    }

    [Fact]
    public void A_million_nodes_are_read()
    {
        string path = Path.Combine(_folder, "large.json");
        using (StreamWriter writer = new(path))
        {
            writer.Write($$"""{"metadata":{{Metadata}},"qParams":{},"nodes":[{{Node}}""");
            for (int i = 1; i < 1_000_000; i++)
                writer.Write(string.Create(null, $",{Node.Replace("\"A\"", $"\"{i}\"", StringComparison.Ordinal)}"));
            writer.Write("],\"links\":[");
            writer.Write(string.Join(',', Enumerable.Range(1, 1000).Select(i => $$"""{"source":"{{i}}","target":"A","weight":{{i}}}""")));
            writer.Write("]}");
        }
        GraphFile graph = GraphFile.Read(path);
        Assert.Equal(1_000_000, graph.Nodes.Count);
        Assert.Equal(new GraphFileLink(1000, 0, 1000), graph.Links[^1]);
    }

    static string Whole(string nodes, string links) =>
        $$"""{"metadata":{{Metadata}},"qParams":{},"nodes":[{{nodes}}],"links":[{{links}}]}""";

    string Refused(string text) => Refused(Encoding.UTF8.GetBytes(text));

    string Refused(byte[] bytes)
    {
        string path = Path.Combine(_folder, "graph.json");
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<InputException>(() => GraphFile.Read(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        return message;
    }
}
