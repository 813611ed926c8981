using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Cli.Tests;

/// <summary>Dictionaries tested on the shipped model's world, through the program.</summary>
public sealed class DictionaryTestTests
{
    static readonly string Shipped = Path.Combine(Hooke.ShippedModel, "dictionaries");

    [Fact]
    public void A_test_gives_each_score_beside_those_of_dictionaries_that_nobody_trained()
    {
        JsonElement report = Hooke.Run("dictionary", "test", Path.Combine(Shipped, "resid_post_1"),
            "--test", "spurious-correlation", "--seed", "3", "--json").Json;
        Assert.Equal("blocks.1.hook_resid_post", report.GetProperty("writes").GetString());
        JsonElement[] scores = [.. report.GetProperty("scores").EnumerateArray()];
        Assert.Equal(3 * 6 * 4, scores.Length); // pairs, sizes, coders
        Assert.All(scores, score =>
        {
            double value = score.GetProperty("value").GetDouble();
            Assert.InRange(value, score.GetProperty("low").GetDouble(), score.GetProperty("high").GetDouble());
            Assert.True(score.GetProperty("n").GetInt32() > 20);
        });
        Assert.Equal(["dictionary", "neurons", "principal components", "random directions"],
            scores.Select(score => score.GetProperty("coder").GetString()).Distinct());
    }

    [Fact]
    public void What_cannot_be_tested_is_refused_or_left_out_with_the_reason()
    {
        string transcoders = Path.Combine(Shipped, "transcoders");
        Hooke.Run("dictionary", "test", transcoders).RefusedWith("set of 4 coders", "--reads", "ln2.hook_normalized");
        Hooke.Run("dictionary", "test", Path.Combine(Shipped, "clt"), "--reads", "blocks.1.ln2.hook_normalized").RefusedWith("writes 3 sites");
        Hooke.Run("dictionary", "test", Fixtures.Golden("dictionaries", "saelens/topk")).RefusedWith("reads 32 numbers", "holds 128");
        Hooke.Run("dictionary", "test", Path.Combine(Shipped, "resid_post_1"), "--test", "mdl").RefusedWith("no test \"mdl\"", "unlearning");
        Outcome left = Hooke.Run("dictionary", "test", transcoders, "--reads", "blocks.1.ln2.hook_normalized", "--test", "absorption");
        Assert.Equal(0, left.Code);
        Assert.Contains("left out, absorption: it is defined for autoencoders, and this is a transcoder", left.Out, StringComparison.Ordinal);
    }
}
