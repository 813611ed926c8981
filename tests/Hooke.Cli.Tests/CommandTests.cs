using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary>What every command does: help with an example, one JSON document, and what it is there for.</summary>
public class CommandTests
{
    [Theory]
    [InlineData("hooke investigate")]
    [InlineData("hooke investigate --behaviour induction", "investigate")]
    [InlineData("hooke verify dossiers/", "verify")]
    [InlineData("hooke tinyworld t", "tinyworld")]
    [InlineData("hooke tinyworld train --out", "tinyworld", "train")]
    [InlineData("hooke tinyworld test", "tinyworld", "test")]
    [InlineData("hooke model run", "model")]
    [InlineData("hooke model run \"", "model", "run")]
    [InlineData("hooke model check", "model", "check")]
    [InlineData("hooke patch --behaviour induction", "patch")]
    [InlineData("hooke generate \"", "generate")]
    [InlineData("hooke dictionary check DIR", "dictionary")]
    [InlineData("hooke dictionary check saelens", "dictionary", "check")]
    [InlineData("hooke dictionary convert saelens", "dictionary", "convert")]
    [InlineData("hooke dictionary splice tinyworld-sae", "dictionary", "splice")]
    [InlineData("hooke sites", "sites")]
    [InlineData("hooke lens \"", "lens")]
    [InlineData("hooke lens train --out", "lens", "train")]
    [InlineData("hooke attribute \"", "attribute")]
    [InlineData("hooke tokens \"", "tokens")]
    public void Help_has_an_example_and_the_common_options(string example, params string[] command)
    {
        Outcome help = Hooke.Run([.. command, "--help"]);
        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.Matches("Examples?:", help.Out);
        Assert.Contains(example, help.Out, StringComparison.Ordinal);
        Assert.Contains("--json", help.Out, StringComparison.Ordinal);
        Assert.Contains("--threads", help.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_of_running_a_model_runs()
    {
        Outcome run = Hooke.Run("model", "run", "The capital of");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(5, run.Out.Split('\n').Count(line => line.Contains('.', StringComparison.Ordinal)));
    }

    [Fact]
    public void A_model_run_as_JSON_gives_tokens_and_next_tokens_best_first()
    {
        JsonElement run = Hooke.Run("model", "run", Hooke.Prompt, "--top", "3", "--json").Json;
        Assert.Equal(15, run.GetProperty("tokens").GetArrayLength());
        float[] logits = [.. run.GetProperty("next").EnumerateArray().Select(next => next.GetProperty("logit").GetSingle())];
        Assert.Equal(3, logits.Length);
        Assert.Equal(logits.OrderDescending(), logits);
        Assert.Equal("David", run.GetProperty("next")[0].GetProperty("token").GetString());
    }

    [Fact]
    public void Sites_are_listed_under_TransformerLens_names()
    {
        Outcome table = Hooke.Run("sites");
        JsonElement[] sites = [.. Hooke.Run("sites", "--json").Json.EnumerateArray()];
        Assert.Equal(0, table.Code);
        Assert.Contains(sites, site => site.GetProperty("name").GetString() == "blocks.{}.attn.hook_pattern"
            && site.GetProperty("shape").GetString() == "[batch, head, query_pos, key_pos]");
        Assert.All(sites, site => Assert.Contains(site.GetProperty("name").GetString()!, table.Out, StringComparison.Ordinal));
    }
}
