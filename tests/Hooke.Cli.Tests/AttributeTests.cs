using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary><c>hooke attribute</c> on the shipped model.</summary>
public class AttributeTests
{
    [Theory]
    [InlineData("layer"), InlineData("head"), InlineData("neuron"), InlineData("position")]
    public void Parts_add_up_to_the_models_own_logit_difference(string by)
    {
        JsonElement found = Hooke.Run(
            "attribute", Hooke.Prompt, "--answer", "David", "--foil", "Ivan", "--by", by, "--json").Json;
        double sum = found.GetProperty("contributions").EnumerateArray().Sum(c => c.GetProperty("value").GetDouble());
        Assert.Equal(sum, found.GetProperty("total").GetDouble(), 1e-9);
        Assert.Equal(found.GetProperty("logit").GetDouble(), sum, 1e-4);
        Assert.Equal(by, found.GetProperty("by").GetString());
        if (by == "position")
            Assert.Equal(15, found.GetProperty("sources").GetArrayLength());
    }

    [Fact]
    public void The_table_shows_the_largest_parts_the_rest_and_the_sum()
    {
        Outcome run = Hooke.Run("attribute", Hooke.Prompt, "--answer", "David", "--by", "position", "--top", "3");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("2 'David'", run.Out, StringComparison.Ordinal);
        Assert.Contains("others", run.Out, StringComparison.Ordinal);
        Assert.Contains("the model's own", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Hooke.Run("attribute", Hooke.Prompt).RefusedWith("--answer");
        Hooke.Run("attribute", Hooke.Prompt, "--answer", "David Ivan").RefusedWith("--answer 'David Ivan'", "not one token");
        Hooke.Run("attribute", Hooke.Prompt, "--answer", "David", "--foil", "xyzzy").RefusedWith("xyzzy");
        Hooke.Run("attribute", Hooke.Prompt, "--answer", "David", "--by", "colour").RefusedWith("colour");
        Hooke.Run("attribute", Hooke.Prompt, "--answer", "David", "--foil", "David").RefusedWith("--foil", "difference is 0");
        Hooke.Run("attribute", "", "--answer", "David", "--top", "0").RefusedWith("--top 0");
    }
}
