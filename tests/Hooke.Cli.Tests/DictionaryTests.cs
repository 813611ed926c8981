using System.Text.Json;
using Hooke.Dictionaries;
using Hooke.Tensors;
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
    public void A_splice_of_a_dictionary_of_random_weights_says_that_it_does_not_belong()
    {
        string dictionary = Random(width: 128);
        string[] splice = ["dictionary", "splice", dictionary, "--text", Hooke.Prompt, "--text", "The capital of"];
        Outcome table = Hooke.Run(splice);
        Assert.Equal((1, ""), (table.Code, table.Error));
        Assert.All(["reads blocks.2.hook_resid_post", "recovered", "19 tokens", "does not belong"], word => Assert.Contains(word, table.Out, StringComparison.Ordinal));
        JsonElement json = Hooke.Run([.. splice, "--json"]).Json;
        Assert.False(json.GetProperty("belongs").GetBoolean());
        Assert.True(json.GetProperty("writes")[0].GetProperty("fvu").GetDouble() > 1);
        Assert.Equal(4, json.GetProperty("reads")[0].GetProperty("l0").GetDouble());
    }

    [Fact]
    public void A_splice_where_a_dictionary_does_not_fit_is_refused()
    {
        string[] text = ["--text", Hooke.Prompt];
        Hooke.Run(["dictionary", "splice", TopK, .. text]).RefusedWith("reads 32 numbers", "holds 128");
        Hooke.Run(["dictionary", "splice", TopK, "--reads", "blocks.99.hook_resid_post", .. text]).RefusedWith("99");
        Hooke.Run("dictionary", "splice", TopK).RefusedWith("'--text' is required");
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

    string Random(int width)
    {
        Rng rng = new(3);
        Tensor Normal(string what, params ReadOnlySpan<int> shape)
        {
            Tensor tensor = Tensor.Zeros(shape);
            for (int i = 0; i < tensor.Shape.Count; i++)
                tensor.Data[i] = rng.Fork(what).Normal((ulong)i);
            return tensor;
        }

        CoderSite[] site = [new("blocks.2.hook_resid_post", width)];
        using CoderSet dictionary = new(new SparseCoder(
            new CoderConfig { Kind = CoderKind.TopK, Inputs = site, Outputs = site, NLatents = 256, K = 4, SubtractsDecoderBias = true },
            new CoderWeights
            {
                Encoder = Normal("encoder", width, 256).AsConstant(),
                EncoderBias = Normal("bias", 256),
                Decoders = [new() { Weight = Normal("decoder", 256, width), Bias = Normal("written", width) }],
            }));
        dictionary.Save(_folder["random"], "saelens");
        return _folder["random"];
    }
}
