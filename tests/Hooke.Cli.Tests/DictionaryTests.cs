using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Cli.Tests;

/// <summary>Dictionaries checked and converted through the program as a user would.</summary>
public sealed class DictionaryTests : IDisposable
{
    static readonly string TopK = Fixtures.Golden("dictionaries", "saelens/topk");

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_check_says_what_a_dictionary_is_and_how_far_it_is_from_its_reference()
    {
        Outcome check = Hooke.Run("dictionary", "check", TopK, "--reference", Path.Combine(TopK, "reference.safetensors"));
        Assert.Equal((0, ""), (check.Code, check.Error));
        Assert.All(["layout saelens", "TopK k=8", "blocks.1.hook_resid_post", "feature_acts", "output", "yes"],
            word => Assert.Contains(word, check.Out, StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_as_JSON_has_every_coder_and_every_difference()
    {
        JsonElement check = Hooke.Run("dictionary", "check", TopK, "--reference", Path.Combine(TopK, "reference.safetensors"), "--json").Json;
        Assert.Equal((96, 8), (check.GetProperty("coders")[0].GetProperty("n_latents").GetInt32(), check.GetProperty("coders")[0].GetProperty("k").GetInt32()));
        Assert.All(check.GetProperty("differences").EnumerateArray(), difference =>
        {
            Assert.True(difference.GetProperty("agrees").GetBoolean());
            Assert.InRange(difference.GetProperty("largest").GetDouble(), 0, 1e-5);
        });
    }

    [Fact]
    public void A_check_against_the_reference_of_another_dictionary_says_no()
    {
        Outcome check = Hooke.Run("dictionary", "check", TopK, "--reference",
            Fixtures.Golden("dictionaries", "saelens/gated", "reference.safetensors"));
        Assert.Equal((1, ""), (check.Code, check.Error));
        Assert.Contains("NO", check.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_conversion_writes_a_dictionary_that_computes_the_same()
    {
        JsonElement conversion = Hooke.Run("dictionary", "convert", TopK, _folder["new"], "--to", "sparsify", "--json").Json;
        Assert.All(conversion.GetProperty("differences").EnumerateArray(), difference => Assert.Equal(0, difference.GetProperty("largest").GetDouble()));
        Outcome check = Hooke.Run("dictionary", "check", _folder["new"], "--reference", Path.Combine(TopK, "reference.safetensors"));
        Assert.Equal(0, check.Code);
        Assert.Contains("layout sparsify", check.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dictionary_that_is_none_is_refused()
    {
        Hooke.Run("dictionary", "check", "src").RefusedWith("no dictionary in a known layout");
        Hooke.Run("dictionary", "check", _folder["nowhere"]).RefusedWith("there is no dictionary at");
        Hooke.Run("dictionary", "check", TopK, "--reference", Path.Combine(TopK, "sae_weights.safetensors")).RefusedWith("no tensor \"input\"");
        Hooke.Run("dictionary", "check", TopK, "--reference", Fixtures.Golden("gpt2", "reference.safetensors")).RefusedWith("no tensor \"input\"");
        Hooke.Run("dictionary", "check", TopK, "--layout", "onnx").RefusedWith("no layout \"onnx\"", "saelens, gemma-scope");
    }

    [Fact]
    public void A_conversion_that_cannot_be_leaves_nothing_behind()
    {
        Hooke.Run("dictionary", "convert", TopK, _folder["new"], "--to", "gemma-scope").RefusedWith("cannot hold", "TopK");
        Hooke.Run("dictionary", "convert", TopK, _folder["new"], "--to", "tar").RefusedWith("no layout \"tar\"");
        Hooke.Run("dictionary", "convert", TopK, _folder.Path, "--to", "saelens").RefusedWith("is there already");
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }
}
