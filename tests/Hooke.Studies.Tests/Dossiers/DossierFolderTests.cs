using System.Text.Json.Nodes;
using Hooke.Evidence;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

public sealed class DossierFolderTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooke-dossier-");

    string Target => Path.Combine(_folder.FullName, "out");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        Dossier written = Sample.Dossier.Write(Target);
        foreach (string path in new[] { Target, Path.Combine(Target, "dossier.json") })
        {
            Dossier read = Dossier.Read(path);
            Assert.Equal(written.ToJson(), read.ToJson());
            Assert.Equal(Tier.MechanisticallySupported, read.Claim.Verdict.Tier);
            Assert.Equal(written.ResultIdentity, read.ResultIdentity);
        }
        Assert.Equal(DossierPage.Render(Dossier.Read(Target)), File.ReadAllText(Path.Combine(Target, "index.html")));
    }

    [Fact]
    public void The_same_dossier_gives_the_same_bytes()
    {
        string other = Path.Combine(_folder.FullName, "other");
        Sample.Dossier.Write(Target);
        Sample.Dossier.Write(other);
        foreach (string name in new[] { "dossier.json", "index.html" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(Target, name)), File.ReadAllBytes(Path.Combine(other, name)));
    }

    [Fact]
    public void Numbers_are_rounded_once_and_verdicts_follow_the_rounded_ones()
    {
        Sufficiency near = Sample.Findings.Sufficiency! with
        {
            Faithfulness = new Estimate(0.9, 0.8 - 1e-12, 0.95, 200, Bootstrap.Method, 1),
        };
        Assert.Equal(Outcome.Undecided, near.Outcome);
        Dossier written = With(near).Write(Target);
        Assert.Equal(Outcome.Supports, written.Claim.Evidence.Sufficiency!.Outcome);
        Assert.Equal(Outcome.Supports, Dossier.Read(Target).Claim.Evidence.Sufficiency!.Outcome);
        Assert.Equal(written.ToJson(), written.Settled().ToJson());
    }

    [Fact]
    public void A_dossier_may_be_overwritten_and_an_empty_folder_filled()
    {
        Directory.CreateDirectory(Target);
        Sample.Dossier.Write(Target);
        (Sample.Dossier with { Notes = ["Another."] }).Write(Target + "/");
        Assert.Equal(["Another."], Dossier.Read(Target).Notes);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Theory]
    [InlineData("thesis.tex", "text")]
    [InlineData("index.html", "<p>somebody's page")]
    [InlineData("dossier.json", "{\"schema\":\"of another tool\"}")]
    [InlineData("dossier.json", "no JSON")]
    public void A_folder_that_holds_something_else_is_left_as_it_is(string name, string text)
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, name), text);
        InputException refused = Assert.Throws<InputException>(() => Sample.Dossier.Write(Target));
        Assert.Contains("holds something else than a dossier", refused.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(Assert.Single(Directory.GetFiles(Target))));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_refused()
    {
        File.WriteAllText(Target, "text");
        Assert.Throws<InputException>(() => Sample.Dossier.Write(Target));
        Assert.Equal("text", File.ReadAllText(Target));
    }

    [Fact]
    public void What_an_interrupted_write_left_is_cleared_and_what_somebody_else_put_there_is_not()
    {
        Directory.CreateDirectory(Target + ".partial");
        File.WriteAllText(Path.Combine(Target + ".partial", "index.html"), "half a pa");
        Sample.Dossier.Write(Target);
        Assert.False(Directory.Exists(Target + ".partial"));

        Directory.CreateDirectory(Target + ".partial");
        File.WriteAllText(Path.Combine(Target + ".partial", "notes.txt"), "mine");
        Assert.Throws<InputException>(() => Sample.Dossier.Write(Target));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Target + ".partial", "notes.txt")));
    }

    [Fact]
    public void A_dossier_that_contradicts_itself_is_not_written()
    {
        Heatmap torn = Sample.Dossier.Heatmaps[0] with { Rows = ["0"] };
        Assert.Throws<InputException>(() => (Sample.Dossier with { Heatmaps = [torn] }).Write(Target));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Theory]
    [InlineData("\"schema\": \"hooke.dossier\"", "\"schema\": \"hooke.atlas\"", "this Hooke reads \"hooke.dossier 1\"")]
    [InlineData("\"schema_version\": 1", "\"schema_version\": 2", "hooke.dossier 2")]
    [InlineData("\"tier\": \"mechanistically supported\"", "\"tier\": \"validated\"", "claim.verdict.tier")]
    [InlineData("\"tier\": \"mechanistically supported\"", "\"tier\": \"proven\"", "tier is \"proven\"")]
    [InlineData("\"value\": 0.931234568", "\"value\": 0.97", "does not agree with itself")]
    [InlineData("\"value\": 0.931234568", "\"value\": 1e999", "not a dossier that can be read")]
    [InlineData("\"value\": 0.931234568", "\"value\": NaN", "not a dossier that can be read")]
    [InlineData("\"value\": 0.931234568", "\"value\": null", "not a dossier that can be read")]
    [InlineData("\"sparse_coder\": \"none used\"", "\"sparse_coder\": \"\"", "nothing is said of: sparse coder")]
    [InlineData("\"layers\": 4", "\"layers\": 3", "outside the model")]
    [InlineData("\"source\": \"a3.h2\"", "\"source\": \"a3.h1\"", "an end that is no node")]
    [InlineData("\"id\": \"a3.h2\"", "\"id\": \"a3.h9\"", "should be \"a3.h2\"")]
    [InlineData("\"hooke\": \"0.1.0\"", "\"hooke\": \"0.1.0\", \"mood\": \"good\"", "mood")]
    [InlineData("\"hooke\": \"0.1.0\"", "\"hooke\": \"0.1.0\", \"hooke\": \"0.2.0\"", "not a dossier that can be read")]
    [InlineData("\"all_edges\": 1024", "\"all_edges\": 12", "31 edges of 12")]
    public void What_a_dossier_cannot_say_is_refused_with_the_reason(string from, string to, string reason)
    {
        Sample.Dossier.Write(Target);
        string file = Path.Combine(Target, "dossier.json"), json = File.ReadAllText(file);
        Assert.Contains(from, json, StringComparison.Ordinal);
        File.WriteAllText(file, json.Replace(from, to, StringComparison.Ordinal));
        InputException refused = Assert.Throws<InputException>(() => Dossier.Read(Target));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dossier_with_a_missing_member_is_refused_by_its_name()
    {
        Sample.Dossier.Write(Target);
        string file = Path.Combine(Target, "dossier.json");
        JsonObject whole = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        foreach (string name in new[] { "claim", "request", "identities", "circuit", "heatmaps", "result_identity" })
        {
            JsonObject torn = whole.DeepClone().AsObject();
            torn.Remove(name);
            File.WriteAllText(file, torn.ToJsonString());
            Assert.Contains(name, Refusal(Target), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Identities_are_hashes()
    {
        Dossier wrong = Sample.Dossier with { Identities = Sample.Dossier.Identities with { Weights = "latest" } };
        InputException refused = Assert.Throws<InputException>(() => wrong.Write(Target));
        Assert.Contains("\"latest\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_dossier_at_all_is_refused()
    {
        Assert.Contains("There is no dossier", Refusal(Target), StringComparison.Ordinal);
        Sample.Dossier.Write(Target);
        string file = Path.Combine(Target, "dossier.json");
        string json = File.ReadAllText(file);
        File.WriteAllText(file, json[..(json.Length / 2)]);
        Assert.Contains("not a dossier that can be read", Refusal(Target), StringComparison.Ordinal);
        File.WriteAllText(file, "[]");
        Assert.Contains("not an object", Refusal(Target), StringComparison.Ordinal);
        File.WriteAllText(file, "null");
        Assert.Contains("not a dossier that can be read", Refusal(Target), StringComparison.Ordinal);
        using (FileStream large = File.Create(file))
            large.SetLength((64L << 20) + 1);
        Assert.Contains("larger than 64 MiB", Refusal(Target), StringComparison.Ordinal);
    }

    static string Refusal(string path) => Assert.Throws<InputException>(() => Dossier.Read(path)).Message;

    static Dossier With(Sufficiency sufficiency) =>
        Sample.Dossier with { Claim = Sample.Claim(Sample.Findings with { Sufficiency = sufficiency }) };
}
