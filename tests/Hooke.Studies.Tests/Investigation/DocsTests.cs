using System.Text.RegularExpressions;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>The C# of docs/models.md is the code between the marks here, and does what the page says.</summary>
public sealed class DocsTests : IDisposable
{
    readonly string _before = Directory.GetCurrentDirectory();

    public DocsTests() => Directory.SetCurrentDirectory(Fixtures.Root);

    public void Dispose() => Directory.SetCurrentDirectory(_before);

    [Fact]
    public void Every_example_of_the_page_is_code_of_a_test()
    {
        string page = File.ReadAllText("docs/models.md");
        string[] shown = [.. Regex.Matches(page, "```csharp\n(.*?)```", RegexOptions.Singleline).Select(m => m.Groups[1].Value.Trim())];
        string source = File.ReadAllText("tests/Hooke.Studies.Tests/Investigation/DocsTests.cs").Replace("\n        ", "\n", StringComparison.Ordinal);
        Assert.Equal(4, shown.Length);
        Assert.All(shown, example => Assert.Contains("\n" + example + "\n", source, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_is_loaded_run_and_looked_into()
    {
        using Model model = Model.Load("models/tinyworld");
        using Run run = model.Run(
            "While David and Ivan were at the library , Ivan handed a ladder to",
            new Plan { Record = [Site.Pattern.At(layer: 2)] });
        (int token, float logit) = run.Top(1)[0];
        Tensor pattern = run[Site.Pattern.At(layer: 2)]; // [batch, head, query_pos, key_pos]

        Assert.Equal("David", model.Tokenizer.TokenText(token));
        Assert.True(float.IsFinite(logit));
        Assert.Equal("[1, 4, 15, 15]", pattern.Shape.ToString());
        Assert.Equal(1f, Reduce.Sum(pattern.Data[^15..]), 5e-7f);
    }

    [Fact]
    public void An_address_is_its_text()
    {
        Address mixed = Site.Z.At(layer: 3).AtHead(2);
        Address last = Address.Parse("blocks.3.attn.hook_z:head=2:pos=-1");

        Assert.Equal("blocks.3.attn.hook_z:head=2", mixed.ToString());
        Assert.Equal(last, mixed.AtPosition(-1));
    }

    [Fact]
    public void A_run_is_patched_from_another()
    {
        using Model model = Model.Load("models/tinyworld");
        TokenBatch clean = new([model.Tokenizer.Encode("While David and Ivan were at the library , Ivan handed a ladder to")]);
        TokenBatch other = new([model.Tokenizer.Encode("While David and Ivan were at the library , David handed a ladder to")]);
        Address stream = Address.Parse("blocks.3.hook_resid_post:pos=-1");

        using Run source = model.Run(clean, new Plan { Record = [stream] });
        using Run patched = model.Run(
            other,
            new Plan { Interventions = [new Patch(stream, From: "clean")] },
            new Dictionary<string, Recording> { ["clean"] = source.Recording });

        Assert.Equal(source.LastLogits(0).ToArray(), patched.LastLogits(0).ToArray());
        using Run untouched = model.Run(other);
        Assert.NotEqual(untouched.LastLogits(0).ToArray(), patched.LastLogits(0).ToArray());
    }

    [Fact]
    public void A_plan_is_data()
    {
        Plan plan = new()
        {
            Record = [Site.ResidPost.At(layer: 3)],
            Interventions = [new ZeroAblate(Address.Parse("blocks.0.attn.hook_z:head=2"))],
        };
        string json = plan.ToJson();
        Plan again = Plan.FromJson(json);

        Assert.Equal(plan.Interventions, again.Interventions);
        Assert.Equal(json, again.ToJson());
    }
}
