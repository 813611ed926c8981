using System.Net;
using System.Text.RegularExpressions;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

/// <summary>A dossier with a latent-level circuit.</summary>
public sealed class DossierLatentsTests : IDisposable
{
    const string Hostile = "</script><img src=x onerror=alert(1)>\"'&\u202e";

    readonly string _folder = Directory.CreateTempSubdirectory("hooke-dossier-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_page_draws_the_graph_and_says_what_is_not_explained()
    {
        string page = WebUtility.HtmlDecode(DossierPage.Render((Sample.Dossier with { Latents = Latents("on is") }).Settled()));
        Assert.Contains("<section id=\"latents\">", page, StringComparison.Ordinal);
        Assert.Contains("href=\"#latents\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"graph.html\"", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "<path class=\"edge (pos|neg)\"[^>]*\\sdata-s=\"(E_1_1|0_3_1)\""));
        Assert.Single(Regex.Matches(page, "class=\"unexplained\""));
        Assert.Contains("<td class=\"right\">40 %</td>", page, StringComparison.Ordinal);
        Assert.Contains(Agreement.Sentence, page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dossier_without_transcoders_says_nothing_of_latents()
    {
        Assert.DoesNotContain("latents", DossierPage.Render(Sample.Dossier.Settled()).Split("<main>")[1], StringComparison.Ordinal);
        Assert.DoesNotContain("\"latents\"", Sample.Dossier.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_label_becomes_markup()
    {
        string page = DossierPage.Render(Sample.Dossier with { Latents = Latents(Hostile) with { Prompt = Hostile, Dictionary = Hostile } });
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "</script>"));
    }

    [Fact]
    public void The_graph_and_its_page_are_written_beside_the_dossier_and_go_with_it()
    {
        string folder = Path.Combine(_folder, "d");
        GraphFile graph = SampleGraph.File(SampleGraph.Of(1));
        TraceStudy study = new(graph, new Dictionary<(int, long), LatentDetails>());
        Dossier written = (Sample.Dossier with { Latents = Latents("on is") }).Write(folder, study);
        Assert.Equal(["dossier.json", "graph.html", "graph.json", "index.html"],
            Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(graph.Links, GraphFile.Read(Path.Combine(folder, "graph.json")).Links);
        Assert.Equal(written.ResultIdentity, Dossier.Read(folder).ResultIdentity);
        Assert.NotEqual(Sample.Dossier.Settled().ResultIdentity, written.ResultIdentity);
        Sample.Dossier.Write(folder);
        Assert.Equal(["dossier.json", "index.html"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_link_without_ends_is_refused() => Assert.Contains("has an end that is none of its nodes",
        Assert.Throws<InputException>(() => (Sample.Dossier with
        {
            Latents = Latents("") with { Links = [new(0, 9, 1)] },
        }).Write(Path.Combine(_folder, "d"))).Message, StringComparison.Ordinal);

    static GraphAgreement Agreement { get; } =
        new(12, 0, 1e-6, Sample.Estimate(0.9, 0.05), Sample.Estimate(0.8, 0.1));

    static DossierLatents Latents(string label) => new()
    {
        Prompt = "a b",
        Dictionary = "transcoder",
        DictionaryIdentity = new string('0', 64),
        GraphIdentity = new string('1', 64),
        Replacement = 0.75,
        Completeness = null,
        AllNodes = 40,
        AllLinks = 200,
        Targets = [new("Output \"c\" (p=0.9)", 12.5, 0.5, 0, 0.4, 0.1, 0)],
        Nodes =
        [
            new("E_1_1", "token", -1, 1, "Emb: \"b\"", 0.5), new("0_3_1", "latent", 0, 1, label, 0.2),
            new("0_-1_1", "error", 0, 1, label, 0.3), new("3_7_1", "target", 1, 1, "Output \"c\" (p=0.9)", null),
        ],
        Links = [new(1, 3, 2), new(0, 1, -1), new(2, 3, 0.25)],
        Agreement = Agreement,
    };
}
