using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary><c>hooke generate</c>: text, JSON, plans that hold at every step, and what is refused.</summary>
public sealed class GenerateTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_text_starts_with_the_prompt_and_is_that_of_the_JSON()
    {
        Outcome text = Hooke.Run("generate", "The capital of", "--tokens", "8");
        Assert.Equal((0, ""), (text.Code, text.Error));
        JsonElement json = Hooke.Run("generate", "The capital of", "--tokens", "8", "--json").Json[0];
        Assert.Equal("The capital of" + json.GetProperty("text").GetString(), text.Out.TrimEnd('\n'));
        Assert.Equal(8, json.GetProperty("new_tokens").GetArrayLength());
        Assert.Equal("length", json.GetProperty("ended").GetString());
    }

    [Fact]
    public void Several_prompts_give_what_each_gives_alone()
    {
        string[] prompts = ["The capital of", "David", "While David and Ivan were at the library , Ivan"];
        JsonElement together = Hooke.Run(["generate", .. prompts, "--tokens", "6", "--json"]).Json;
        for (int i = 0; i < prompts.Length; i++)
            Assert.Equal(
                Hooke.Run("generate", prompts[i], "--tokens", "6", "--json").Json[0].ToString(), together[i].ToString());
    }

    [Fact]
    public void Drawn_text_follows_the_seed()
    {
        string Drawn(string seed) =>
            Hooke.Run("generate", "The", "--tokens", "12", "--temperature", "2", "--top-k", "100", "--seed", seed).Out;
        Assert.Equal(Drawn("7"), Drawn("7"));
        Assert.NotEqual(Drawn("7"), Drawn("8"));
    }

    [Fact]
    public void A_plan_changes_the_text()
    {
        string plan = _folder["plan.json"];
        File.WriteAllText(plan, """{"interventions":[{"kind":"zero_ablate","at":"blocks.0.hook_mlp_out"}]}""");
        string[] arguments = ["generate", "The capital of", "--tokens", "8"];
        Outcome changed = Hooke.Run([.. arguments, "--plan", plan]);
        Assert.Equal((0, ""), (changed.Code, changed.Error));
        Assert.NotEqual(Hooke.Run(arguments).Out, changed.Out);
    }

    [Theory]
    [InlineData("context of 64", "--tokens", "64")]
    [InlineData("--tokens 0 is not between", "--tokens", "0")]
    [InlineData("temperature -1", "--temperature", "-1")]
    [InlineData("give a temperature", "--top-k", "5")]
    [InlineData("top-p 2", "--temperature", "1", "--top-p", "2")]
    [InlineData("there is no file nowhere.json", "--plan", "nowhere.json")]
    [InlineData("there is no folder nowhere", "--model", "nowhere")]
    public void Bad_settings_are_refused(string says, params string[] options) =>
        Hooke.Run(["generate", "The capital of", .. options]).RefusedWith(says);

    [Fact]
    public void A_plan_that_cannot_hold_is_refused_by_name()
    {
        string plan = _folder["plan.json"];
        foreach ((string text, string says) in new[]
        {
            ("{", "not a plan"), ("""{"record":["blocks.0.hook_mlp_out"]}""", "cannot be recorded while tokens are added"),
            ("""{"interventions":[{"kind":"patch","at":"blocks.0.hook_mlp_out","from":"x"}]}""", "run 'x', which was not given"),
            ("""{"interventions":[{"kind":"zero_ablate","at":"blocks.9.hook_mlp_out"}]}""", "layers 0..3"),
        })
        {
            File.WriteAllText(plan, text);
            Hooke.Run("generate", "The capital of", "--tokens", "4", "--plan", plan).RefusedWith(says);
        }
    }
}
