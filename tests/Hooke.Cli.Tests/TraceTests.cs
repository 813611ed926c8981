using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Cli.Tests;

public sealed class TraceTests : IDisposable
{
    const string Prompt = "The capital of France is";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prompt_gives_tables_a_graph_and_a_page()
    {
        Outcome trace = Hooke.Run("trace", Prompt, "--out", _folder["graph"]);
        Assert.Equal((0, ""), (trace.Code, trace.Error));
        Assert.Contains("replacement score", trace.Out, StringComparison.Ordinal);
        using JsonDocument graph = JsonDocument.Parse(File.ReadAllText(_folder["graph/graph.json"]));
        Assert.Equal(Prompt, graph.RootElement.GetProperty("metadata").GetProperty("prompt").GetString());
        Assert.True(graph.RootElement.GetProperty("links").GetArrayLength() > 10);
        Assert.Contains("<html", File.ReadAllText(_folder["graph/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_written_graph_has_the_groups_that_are_proposed_of_its_similar_latents()
    {
        string path = _folder["grouped/graph.json"];
        Assert.Equal(0, Hooke.Run("trace", Prompt, "--out", _folder["grouped"]).Code);
        byte[] written = File.ReadAllBytes(path);
        using JsonDocument graph = JsonDocument.Parse(written);
        HashSet<string?> ids = [.. graph.RootElement.GetProperty("nodes").EnumerateArray()
            .Where(node => node.GetProperty("feature_type").GetString() == "cross layer transcoder")
            .Select(node => node.GetProperty("node_id").GetString())];
        JsonElement[] groups = [.. graph.RootElement.GetProperty("qParams").GetProperty("supernodes").EnumerateArray()];
        Assert.NotEmpty(groups);
        foreach (JsonElement group in groups)
        {
            string?[] members = [.. group.EnumerateArray().Skip(1).Select(member => member.GetString())];
            Assert.True(members.Length > 1 && ids.IsSupersetOf(members), $"{group}");
        }
        Hooke.Run("trace", "groups", path, "--propose", "--transcoders",
            Path.Combine(Hooke.ShippedModel, "dictionaries", "clt"));
        Assert.Equal(written, File.ReadAllBytes(path));
    }

    [Fact]
    public void Targets_are_a_token_a_latent_or_a_difference_and_their_parts_sum_to_them()
    {
        string[][] targets = [["--target", "Rome"], ["--target", "1.5@3"], ["--target", "Rome", "--against", "Paris"]];
        foreach (string[] target in targets)
        {
            Outcome trace = Hooke.Run(["trace", Prompt, "--json", .. target]);
            Assert.Equal((0, ""), (trace.Code, trace.Error));
            JsonElement found = Assert.Single(trace.Json.GetProperty("targets").EnumerateArray());
            JsonElement direct = found.GetProperty("direct");
            double sum = direct.EnumerateObject().Sum(part => part.Value.GetDouble());
            Assert.Equal(found.GetProperty("value").GetDouble(), sum, 1e-3);
        }
    }

    [Fact]
    public void What_cannot_be_traced_is_refused()
    {
        Hooke.Run("trace", Prompt, "--target", "Xyzzyplugh").RefusedWith("Xyzzyplugh");
        Hooke.Run("trace", Prompt, "--target", "9.1@2").RefusedWith("there is no latent 1 of layer 9");
        Hooke.Run("trace", Prompt, "--against", "Paris").RefusedWith("give one token");
        Hooke.Run("trace", Prompt, "--node-threshold", "2").RefusedWith("it is a share");
        Hooke.Run("trace", Prompt, "--max-latents", "0").RefusedWith("--max-latents 0");
        Hooke.Run("trace", string.Join(' ', Enumerable.Repeat("Rome", 5000))).RefusedWith("5001");
        Hooke.Run("trace", Prompt, "--transcoders", _folder["nowhere"]).RefusedWith("nowhere");
        Hooke.Run("trace", "check", _folder["nowhere"]).RefusedWith("there is no folder");
        Hooke.Run("trace", "check", Hooke.ShippedModel).RefusedWith("info.json");
    }

    [FixtureFact]
    public void A_graph_of_circuit_tracer_is_checked_and_one_of_another_model_is_not_alike()
    {
        string folder = Fixtures.ThirdParty("parity", "circuit_tracer_clt_gpt2_relu");
        Outcome check = Hooke.Run("trace", "check", folder);
        Assert.Equal((0, ""), (check.Code, check.Error));
        Assert.Contains("18 of 18 agree with circuit-tracer v0.5.0", check.Out, StringComparison.Ordinal);
        string copy = _folder["copy"];
        Directory.CreateDirectory(Path.Combine(copy, "transcoders"));
        foreach (string part in new[] { "", "transcoders" })
            foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, part)))
                File.Copy(file, Path.Combine(copy, part, Path.GetFileName(file)));
        byte[] weights = File.ReadAllBytes(Path.Combine(copy, "transcoders", "W_dec_0.safetensors"));
        for (int i = weights.Length - 4000; i < weights.Length; i++)
            weights[i] = 0;
        File.WriteAllBytes(Path.Combine(copy, "transcoders", "W_dec_0.safetensors"), weights);
        Outcome other = Hooke.Run("trace", "check", copy, "--model", Fixtures.Golden("gpt2"), "--json");
        Assert.Equal((1, ""), (other.Code, other.Error));
        Assert.Contains(other.Json.GetProperty("rows").EnumerateArray(),
            row => row.GetProperty("what").GetString() == "adjacency" && !row.GetProperty("ok").GetBoolean());
    }
}
