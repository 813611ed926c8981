using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hooke.Cli.Tests;

/// <summary>Small investigations from the command line, and running them again.</summary>
public sealed class InvestigateTests : IDisposable
{
    static readonly string[] Small = ["--prompts", "4", "--controls", "3", "--steps", "2"];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_dossier_made_with_one_thread_is_identical_with_two_and_a_changed_one_is_not()
    {
        Outcome made = Hooke.Run(["investigate", "--out", _folder["d"], "--threads", "1", "--json", .. Small]);
        Assert.Equal(0, made.Code);
        Assert.Equal(File.ReadAllText(_folder["d/dossier.json"]), made.Out);
        Assert.True(File.Exists(_folder["d/index.html"]));
        Outcome verified = Hooke.Run("verify", _folder["d"], "--threads", "2");
        Assert.Equal(0, verified.Code);
        Assert.StartsWith("identical: ", verified.Out, StringComparison.Ordinal);
        Assert.Contains(made.Json.GetProperty("result_identity").GetString()!, verified.Out, StringComparison.Ordinal);

        JsonNode changed = JsonNode.Parse(made.Out)!;
        changed["claim"]!["verdict"]!["tier"] = "validated";
        File.WriteAllText(_folder["d/dossier.json"], changed.ToJsonString());
        Hooke.Run("verify", _folder["d"]).RefusedWith("dossier.json", "does not agree with itself", "tier");
    }

    [Fact]
    public void Verifying_against_another_model_says_what_differs()
    {
        Assert.Equal(0, Hooke.Run(["investigate", "--out", _folder["d"], .. Small]).Code);
        string other = _folder.ModelWith("model.safetensors", bytes => [.. bytes[..^4], .. BitConverter.GetBytes(0.25f)]);
        Outcome verified = Hooke.Run("verify", _folder["d"], "--model", other, "--json");
        Assert.Equal(1, verified.Code);
        Assert.False(verified.Json.GetProperty("identical").GetBoolean());
        Assert.Contains(verified.Json.GetProperty("differences").EnumerateArray(),
            difference => difference.GetProperty("path").GetString() == "identities.weights");
        Outcome inWords = Hooke.Run("verify", _folder["d"], "--model", other);
        Assert.StartsWith("different: ", inWords.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_terminal_shows_stages_a_table_the_tier_and_where_the_dossier_lies()
    {
        Outcome made = Hooke.Run(["investigate", "--out", _folder["d"], .. Small]);
        Assert.Equal(0, made.Code);
        Assert.Contains("ranking edges by EAP-IG", made.Error, StringComparison.Ordinal);
        foreach (string shown in (string[])["sufficiency", "Tier:", _folder["d/index.html"], $"hooke verify {_folder["d"]}"])
            Assert.Contains(shown, made.Out, StringComparison.Ordinal);
        JsonElement dossier = JsonDocument.Parse(File.ReadAllText(_folder["d/dossier.json"])).RootElement;
        Assert.StartsWith("hooke investigate --model ",
            dossier.GetProperty("request").GetProperty("command").GetString(), StringComparison.Ordinal);
    }
}
