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
        Assert.All(["reads blocks.2.hook_resid_post", "recovered", "17 tokens", "zeros", "does not belong", "must be below 1"], word => Assert.Contains(word, table.Out, StringComparison.Ordinal));
        JsonElement json = Hooke.Run([.. splice, "--json"]).Json;
        Assert.False(json.GetProperty("belongs").GetBoolean());
        JsonElement measures = json.GetProperty("measures");
        Assert.True(measures.GetProperty("writes")[0].GetProperty("fvu").GetProperty("value").GetDouble() > 1);
        Assert.Equal(4, measures.GetProperty("reads")[0].GetProperty("l0").GetProperty("value").GetDouble());
        Assert.DoesNotContain("and errors", table.Out, StringComparison.Ordinal);
        Assert.Contains("dictionary and errors", Hooke.Run([.. splice, "--errors"]).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Measures_stand_side_by_side_and_are_drawn()
    {
        string dictionary = Random(width: 128), text = _folder["text.txt"], svg = _folder["fvu.svg"];
        File.WriteAllText(text, string.Join('\n', Hooke.Prompt, "The capital of", "David and Ivan were at the library ."));
        string[] measure = ["dictionary", "measure", dictionary, dictionary, "--text", text];
        Outcome table = Hooke.Run([.. measure, "--svg", svg]);
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.All(["FVU", "cosine", "dense", "dictionary and errors", "means", "3 prompts", "3 of them special", "jackknife"],
            word => Assert.Contains(word, table.Out, StringComparison.Ordinal));
        Assert.Equal(2, File.ReadAllText(svg).Split("<circle").Length - 1);
        JsonElement json = Hooke.Run([.. measure, "--special", "--json"]).Json.GetProperty("dictionaries")[1];
        JsonElement fvu = json.GetProperty("writes")[0].GetProperty("fvu");
        Assert.True(fvu.GetProperty("low").GetDouble() < fvu.GetProperty("value").GetDouble());
        Assert.Equal(json.GetProperty("tokens").GetInt32(), fvu.GetProperty("n").GetInt32());
        Assert.Equal(5, json.GetProperty("losses").GetArrayLength());
    }

    [Fact]
    public void A_dictionary_compared_with_itself_is_the_same_and_with_one_of_another_space_refused()
    {
        string dictionary = Random(width: 128);
        Outcome same = Hooke.Run("dictionary", "compare", dictionary, dictionary);
        Assert.Equal((0, ""), (same.Code, same.Error));
        Assert.Contains("100.0 %", same.Out, StringComparison.Ordinal);
        JsonElement coder = Hooke.Run("dictionary", "compare", dictionary, dictionary, "--json").Json.GetProperty("coders")[0];
        Assert.Equal(("optimal", 255), (coder.GetProperty("paired").GetString(), coder.GetProperty("partners")[255].GetInt32()));
        Hooke.Run("dictionary", "compare", dictionary, TopK).RefusedWith("same space");
    }

    [Fact]
    public void A_known_truth_is_recovered_the_same_every_time()
    {
        string[] recover = ["dictionary", "recover", "--features", "8", "--width", "8", "--active", "1", "--latents", "12", "--k", "2",
            "--steps", "150", "--batch", "64", "--json"];
        string once = Hooke.Run(recover).Out;
        Assert.InRange(JsonDocument.Parse(once).RootElement.GetProperty("cosine").GetProperty("value").GetDouble(), 0.5, 1);
        Assert.Equal(once, Hooke.Run(recover).Out);
        Hooke.Run("dictionary", "recover", "--features", "2", "--active", "3").RefusedWith("no more active than there are");
        Hooke.Run("dictionary", "recover", "--kind", "best").RefusedWith("neither topk nor batchtopk");
    }

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        string dictionary = Random(width: 128), empty = _folder["empty.txt"];
        File.WriteAllText(empty, "\n");
        Hooke.Run("dictionary", "measure", dictionary, "--text", empty).RefusedWith("holds no text");
        Hooke.Run("dictionary", "measure", dictionary, "--text", _folder["nowhere"]).RefusedWith("nowhere");
        Hooke.Run("dictionary", "measure", TopK, "--text", empty + "x").RefusedWith("empty.txtx");
        Hooke.Run("dictionary", "splice", dictionary, "--text", "The").RefusedWith("give a longer text");
    }

    [Fact]
    public void A_check_with_a_model_refuses_a_dictionary_with_its_figures()
    {
        string dictionary = Random(width: 128), text = _folder["text.txt"];
        File.WriteAllText(text, Hooke.Prompt);
        string[] check = ["dictionary", "check", dictionary, "--model", Hooke.ShippedModel, "--text", text];
        Outcome table = Hooke.Run(check);
        Assert.Equal((1, ""), (table.Code, table.Error));
        Assert.All(["k of a TopK dictionary", "FVU at blocks.2.hook_resid_post", "must be", "NO", "does not belong"],
            word => Assert.Contains(word, table.Out, StringComparison.Ordinal));
        JsonElement json = Hooke.Run([.. check, "--json"]).Json;
        Assert.False(json.GetProperty("belongs").GetBoolean());
        Assert.Equal(4, json.GetProperty("figures")[1].GetProperty("stated").GetDouble());
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
