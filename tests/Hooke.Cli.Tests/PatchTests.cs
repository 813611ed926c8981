using System.Text.Json;
using System.Xml.Linq;

namespace Hooke.Cli.Tests;

/// <summary><c>hooke patch</c> as a user runs it on the shipped model.</summary>
public sealed class PatchTests : IDisposable
{
    const string Clean = Hooke.Prompt;
    const string Other = "While David and Ivan were at the library , David handed a ladder to";

    static readonly string[] Pair = ["patch", Clean, Other, "--answer", "David", "--foil", "Ivan"];

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_token_that_differs_restores_all_in_the_first_layer_and_the_last_position_after_it()
    {
        JsonElement found = Hooke.Run([.. Pair, "--json"]).Json;
        Assert.Equal(("residual", "patch", 1),
            (found.GetProperty("what").GetString(), found.GetProperty("method").GetString(), found.GetProperty("prompts").GetInt32()));
        JsonElement divided = Hooke.Run("attribute", Clean, "--answer", "David", "--foil", "Ivan", "--json").Json;
        Assert.Equal(divided.GetProperty("logit").GetDouble(), found.GetProperty("clean").GetDouble(), 1e-4);
        Assert.True(found.GetProperty("counterfactual").GetDouble() < 0);
        Dictionary<string, double> values = Values(found);
        Assert.Equal(60, values.Count);
        Assert.Equal(1, values["blocks.0.hook_resid_pre:pos=10"], 1e-3);
        Assert.Equal(0, values["blocks.0.hook_resid_pre:pos=3"], 1e-3);
        Assert.True(values["blocks.3.hook_resid_pre:pos=14"] > 0.9);
    }

    [Fact]
    public void A_table_and_both_pictures_are_written()
    {
        Outcome run = Hooke.Run(
            [.. Pair, "--what", "heads", "--method", "atp*", "--top", "3", "--svg", _folder["a.svg"], "--html", _folder["a.html"]]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(3, run.Out.Split('\n').Count(line => line.Contains("attn.hook_z:head=", StringComparison.Ordinal)));
        Assert.Contains("13 more places", run.Out, StringComparison.Ordinal);
        Assert.Equal("svg", XElement.Load(_folder["a.svg"]).Name.LocalName);
        Assert.Contains("<h1>Patching: heads</h1>", File.ReadAllText(_folder["a.html"]), StringComparison.Ordinal);
        Assert.Contains(Other, File.ReadAllText(_folder["a.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Direct_paths_to_the_logits_add_up_to_about_the_whole_behaviour()
    {
        // Exact but for the final norm, which the paths share.
        Dictionary<string, double> losses = Values(Hooke.Run([.. Pair, "--what", "paths", "--json"]).Json);
        Assert.Equal(21, losses.Count);
        Assert.Equal(1, losses.Values.Sum(), 0.25);
    }

    [Fact]
    public void A_behaviour_stands_for_prompts()
    {
        JsonElement found = Hooke.Run("patch", "--behaviour", "induction", "--prompts", "4", "--what", "paths",
            "--receiver", "blocks.3.attn.hook_q:head=0", "blocks.2.hook_mlp_in", "--through-mlps", "--json").Json;
        Assert.Equal(4, found.GetProperty("prompts").GetInt32());
        Assert.Equal(["blocks.3.attn.hook_q:head=0", "blocks.2.hook_mlp_in"],
            found.GetProperty("readers").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(16, Values(found).Count); // the input, three layers of 4 heads and an MLP
    }

    [Fact]
    public void Bad_input_is_refused_with_what_to_give()
    {
        Hooke.Run("patch", Clean).RefusedWith("two prompts", "--behaviour");
        Hooke.Run([.. Pair, "--behaviour", "induction"]).RefusedWith("not both");
        Hooke.Run("patch", Clean, "While David", "--answer", "David", "--foil", "Ivan").RefusedWith("15 tokens", "3");
        Hooke.Run("patch", Clean, Clean, "--answer", "David", "--foil", "Ivan").RefusedWith("nothing to patch");
        Hooke.Run([.. Pair, "--what", "everything"]).RefusedWith("--what everything", "residual, attention");
        Hooke.Run([.. Pair, "--method", "guess"]).RefusedWith("--method guess", "atp-qk");
        Hooke.Run([.. Pair, "--prompts", "4"]).RefusedWith("--prompts", "--behaviour");
        Hooke.Run([.. Pair, "--receiver", "logits"]).RefusedWith("--what paths");
        Hooke.Run([.. Pair, "--what", "paths", "--receiver", "blocks.1.hook_resid_mid"]).RefusedWith("is not a reader");
        Hooke.Run([.. Pair, "--what", "paths", "--method", "atp"]).RefusedWith("patched, not estimated");
        Hooke.Run([.. Pair, "--svg", Path.Combine(_folder["absent"], "a.svg")]).RefusedWith("a.svg cannot be written");
        Assert.Equal(2, Hooke.Run([.. Pair, "--what", "nothing"]).Code);
    }

    static Dictionary<string, double> Values(JsonElement found) => found.GetProperty("values").EnumerateArray()
        .ToDictionary(v => v.GetProperty("place").GetString()!, v => v.GetProperty("value").GetDouble());
}
