using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hooke.Circuits;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

public sealed class TracePageTests
{
    const string Hostile = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\"'&\u202e\n";

    static readonly GraphFile File = SampleGraph.File(SampleGraph.Of(1));

    static readonly string Page = TracePage.Render(File);

    [Fact]
    public void The_page_asks_nothing_of_the_network_and_its_policy_allows_its_own_style_and_script_alone()
    {
        Assert.DoesNotContain("://", Page, StringComparison.Ordinal);
        Assert.DoesNotMatch("""url\(|@import|fetch\(|XMLHttp|import\(|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(""", Page);
        string policy = Regex.Match(Page, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        foreach (string tag in new[] { "style", "script" })
        {
            string text = Regex.Match(Page, $"<{tag}>(.*?)</{tag}>", RegexOptions.Singleline).Groups[1].Value;
            string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            Assert.Contains($"{tag}-src 'sha256-{hash}'", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_same_graph_gives_the_same_page() => Assert.Equal(Page, TracePage.Render(File));

    [Fact]
    public void No_text_of_a_graph_becomes_markup()
    {
        string page = TracePage.Render(Hostiled(), Details());
        Assert.Equal(2, Regex.Count(page, "</script>"));
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_explained_is_said_for_every_target()
    {
        GraphScores scores = GraphScores.Of(SampleGraph.Of(1));
        Assert.Contains(scores.Replacement.ToString("0.000", null), Page, StringComparison.Ordinal);
        Assert.Contains(scores.Completeness.ToString("0.000", null), Page, StringComparison.Ordinal);
        foreach (TargetShares target in scores.Targets)
            foreach (double share in new[] { target.Shares.Tokens, target.Shares.Errors, target.Shares.Biases, target.Shares.Remainders })
                Assert.Contains(System.Net.WebUtility.HtmlEncode(Figure.Percent(share)), Page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(Page, "class=\"part errors\""));
    }

    [Fact]
    public void A_large_graph_is_shown_in_part_and_the_page_says_so()
    {
        GraphFile large = Large(200_000);
        string page = TracePage.Render(large);
        Assert.Contains("the 5,000 most influential of 200,003 nodes", page, StringComparison.Ordinal);
        Assert.InRange(page.Length, 100_000, 8_000_000);
        TraceShown shown = TraceShown.Of(large, large.ToGraph(), 100, 1000);
        Assert.Equal(100, shown.Nodes.Count);
        Assert.Contains(0, shown.Nodes); // the target
        Assert.Contains(200_001, shown.Nodes); // the latent with the largest weight
        Assert.DoesNotContain(2, shown.Nodes); // the one with the smallest
    }

    [Fact]
    public void A_graph_with_a_cycle_is_refused()
    {
        GraphFile cycle = new() { Metadata = File.Metadata, Nodes = File.Nodes, Links = [new(0, 1, 1), new(1, 0, 1)] };
        Assert.Contains("has a cycle", Assert.Throws<Tensors.InputException>(() => TracePage.Render(cycle)).Message, StringComparison.Ordinal);
    }

    [BrowserFact]
    public void In_a_browser_the_page_shows_what_its_address_chooses()
    {
        string id = File.Nodes.Where(node => node is { Kind: TraceNodeKind.Latent, Layer: "2" }).MinBy(node => node.Influence)!.Id;
        string document = Browser.Open(TracePage.Render(File, Details()),
            $"#clickedId={id}&supernodes=%5B%5B%22a%20%3Cgroup%3E%22%2C%22{id}%22%5D%5D&pruningThreshold=0.9");
        Assert.Contains("<html lang=\"en\" class=\"ready\">", document, StringComparison.Ordinal);
        string inspector = Browser.TextOf(document, "inspector");
        Assert.Contains("latent in “a <group>”", inspector, StringComparison.Ordinal);
        Assert.Contains("Logits it raises", inspector, StringComparison.Ordinal);
        Assert.Contains("class=\"link ", inspector, StringComparison.Ordinal);
        Assert.Matches("^Shown: [0-9]+ of " + File.Nodes.Count + " nodes, [0-9]+ of [0-9]+ links.$", Browser.TextOf(document, "counts"));
        Assert.Contains("<svg", Browser.TextOf(document, "overview"), StringComparison.Ordinal);
    }

    [BrowserFact]
    public void In_a_browser_no_script_of_a_graph_is_run()
    {
        GraphFile graph = Hostiled();
        string id = Uri.EscapeDataString(graph.Nodes[0].Id);
        string group = Uri.EscapeDataString(System.Text.Json.JsonSerializer.Serialize(new[] { new[] { Hostile, graph.Nodes[0].Id } }));
        string document = Browser.Open(TracePage.Render(graph, Details()), $"#clickedId={id}&supernodes={group}");
        Assert.Contains("class=\"ready\"", document, StringComparison.Ordinal);
        Assert.Contains("&lt;/script&gt;&lt;script&gt;document.title", document, StringComparison.Ordinal);
        Assert.DoesNotContain("<title>owned", document, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", document, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", Browser.TextOf(document, "inspector"), StringComparison.Ordinal);
    }

    [FixtureFact]
    public void Published_graphs_can_be_drawn()
    {
        foreach (string name in new[] { "3plus5_plt", "dallas_austin_clt", "dallas_austin_pruned_16n", "meow_clt" })
        {
            GraphFile graph = GraphFile.Read(Fixtures.ThirdParty("graphs", "circuit_tracer", name + ".json"));
            string page = TracePage.Render(graph);
            if (Browser.Program is not null)
                Assert.Contains("class=\"ready\"", Browser.Open(page), StringComparison.Ordinal);
        }
    }

    static GraphFile Hostiled()
    {
        GraphFile file = SampleGraph.File(SampleGraph.Of(2), (_, _) => Hostile, Hostile);
        foreach (string name in new[] { "scan", "slug", "prompt" })
            file.Metadata[name] = Hostile;
        return new GraphFile
        {
            Metadata = file.Metadata,
            Nodes = [.. file.Nodes.Select(node => node with { Id = node.Id + Hostile, JsNodeId = Hostile })],
            Links = file.Links,
            Notes = [Hostile],
        };
    }

    static Dictionary<(int, long), LatentDetails> Details() => Enumerable.Range(0, 3)
        .SelectMany(layer => Enumerable.Range(10, 4).Select(latent => (layer, (long)latent))).ToDictionary(key => key, _ =>
            new LatentDetails([new LatentExample([Hostile, "b"], [0, 2.5f])], [new(Hostile, 1.5f)], [new(" no", -0.5f)]));

    static GraphFile Large(int latents)
    {
        GraphFileNode latent = File.Nodes[0] with { Influence = null };
        GraphFileNode[] nodes =
        [
            File.Nodes[^1], File.Nodes.First(node => node.Kind == TraceNodeKind.Token),
            .. Enumerable.Range(0, latents).Select(i => latent with { Id = $"0_{i}_0", Feature = i }),
            File.Nodes.First(node => node.Kind == TraceNodeKind.Error),
        ];
        GraphFileLink[] links = [.. Enumerable.Range(0, latents).Select(i => new GraphFileLink(2 + i, 0, (i + 1) / (double)latents))];
        return new GraphFile { Metadata = File.Metadata, Nodes = nodes, Links = links };
    }
}
