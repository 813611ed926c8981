using Hooke.Testing;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>What is written is what upstream writes, and converting changes nothing that is computed.</summary>
public sealed class LayoutTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("saelens/gated"), InlineData("saelens/topk"), InlineData("saelens/jumprelu")]
    [InlineData("saelens/standard_hook_z"), InlineData("saelens/transcoder"), InlineData("sparsify/transcode")]
    public void A_dictionary_written_in_its_own_layout_is_byte_for_byte_what_it_was(string golden) =>
        WritesItself(Fixtures.Golden("dictionaries", golden));

    [FixtureTheory]
    [InlineData("circuit_tracer_plt_gpt2_jumprelu/transcoders"), InlineData("circuit_tracer_plt_gpt2_partial/transcoders")]
    [InlineData("circuit_tracer_clt_gpt2_relu/transcoders"), InlineData("sparsify/topk")]
    [InlineData("saelens/train_topk"), InlineData("saelens/train_jumprelu/training_form")]
    public void A_set_written_in_its_own_layout_is_byte_for_byte_what_it_was(string folder) =>
        WritesItself(Fixtures.ThirdParty("parity", folder));

    [Theory]
    [InlineData("saelens/gated", "dictionary_learning"), InlineData("saelens/topk", "dictionary_learning")]
    [InlineData("saelens/topk", "sparsify"), InlineData("saelens/jumprelu", "gemma-scope"), InlineData("saelens/jumprelu", "gemma-scope-2")]
    [InlineData("saelens/jumprelu", "dictionary_learning"), InlineData("saelens/transcoder", "circuit-tracer")]
    [InlineData("saelens/transcoder", "gemma-scope"), InlineData("dictionary_learning/batch_topk", "saelens")]
    [InlineData("dictionary_learning/batch_topk", "circuit-tracer"), InlineData("dictionary_learning/batch_topk", "gemma-scope-2")]
    [InlineData("dictionary_learning/batch_topk", "dictionary_learning"), InlineData("openai_sae/topk_normalized", "openai")]
    [InlineData("openai_sae/topk_normalized", "saelens"), InlineData("saelens/jumprelu", "saelens")]
    public void A_conversion_computes_the_same(string golden, string layout)
    {
        using CoderSet dictionary = CoderSet.Load(Fixtures.Golden("dictionaries", golden));
        Conversion conversion = Conversion.Make(dictionary, _folder["converted"], layout);
        Assert.All(conversion.Differences, difference => Assert.True(difference.Agrees && difference.Scale > 0.1, $"{difference}"));
        using CoderSet converted = CoderSet.Load(_folder["converted"]);
        Assert.Equal(layout, converted.Layout);
        Assert.Equal([_folder["converted"]], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("saelens/gated", "gemma-scope"), InlineData("saelens/topk", "openai"), InlineData("saelens/topk", "circuit-tracer")]
    [InlineData("saelens/standard_hook_z", "gemma-scope"), InlineData("openai_sae/topk_normalized", "sparsify")]
    [InlineData("saelens/transcoder", "dictionary_learning"), InlineData("saelens/gated", "circuit-tracer-clt")]
    [InlineData("saelens/gated", "crosscoder")]
    public void What_a_layout_cannot_hold_is_refused_and_nothing_is_left_behind(string golden, string layout)
    {
        using CoderSet dictionary = CoderSet.Load(Fixtures.Golden("dictionaries", golden));
        string message = Assert.Throws<InputException>(() => dictionary.Save(_folder["converted"], layout)).Message;
        Assert.Contains(layout, message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_that_is_there_is_left_as_it_is()
    {
        using CoderSet dictionary = CoderSet.Load(Fixtures.Golden("dictionaries", "saelens/gated"));
        Directory.CreateDirectory(_folder["mine"]);
        Assert.Contains("is there already", Assert.Throws<InputException>(() => dictionary.Save(_folder["mine"], "saelens")).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["mine"]));
    }

    [Fact]
    public void Sixteen_bit_weights_stay_as_they_are_stored()
    {
        using (CoderSet made = new(Made.Coder(CoderKind.JumpRelu, dIn: 6, nLatents: 10)) { StoredType = Models.DType.BF16 })
            made.Save(_folder["first"], "gemma-scope-2");
        using (CoderSet first = CoderSet.Load(_folder["first"]))
            first.Save(_folder["second"], "gemma-scope-2");
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["first"], "params.safetensors")),
            File.ReadAllBytes(Path.Combine(_folder["second"], "params.safetensors")));
    }

    [Fact]
    public void Skips_keep_their_orientation_through_the_layouts_that_store_them_either_way()
    {
        using CoderSet made = new(Made.Coder(CoderKind.JumpRelu, dIn: 6, nLatents: 10, skips: true, isTranscoder: true));
        string previous = "";
        foreach (string layout in new[] { "saelens", "gemma-scope-2", "saelens", "gemma-scope-2" })
        {
            string next = _folder[$"{previous.Length}-{layout}"];
            using CoderSet? read = previous.Length == 0 ? null : CoderSet.Load(previous);
            Assert.All(Conversion.Make(read ?? made, next, layout).Differences, difference => Assert.Equal(0, difference.Largest));
            previous = next;
        }
        using CoderSet last = CoderSet.Load(previous);
        Assert.All(Conversion.Compare(made, last), difference => Assert.Equal(0, difference.Largest));
    }

    [Fact]
    public void A_cross_layer_set_with_thresholds_and_skips_is_read_as_it_was_written()
    {
        using CoderSet made = Made.CrossLayer(layers: 3, width: 5, nLatents: 7);
        Assert.All(Conversion.Make(made, _folder["clt"], "circuit-tracer-clt").Differences,
            difference => Assert.True(difference.Largest == 0 && difference.Scale > 0.1, $"{difference}"));
        using CoderSet read = CoderSet.Load(_folder["clt"]);
        Assert.Equal(["blocks.0.hook_mlp_out", "blocks.1.hook_mlp_out", "blocks.2.hook_mlp_out"], read.Outputs.Select(site => site.Name));
    }

    [Fact]
    public void A_square_transcoder_is_told_from_its_transpose()
    {
        using CoderSet made = new(Made.Coder(CoderKind.Relu, dIn: 8, nLatents: 8, isTranscoder: true));
        foreach (string layout in new[] { "saelens", "circuit-tracer", "gemma-scope", "gemma-scope-2" })
            Assert.All(Conversion.Make(made, _folder[layout], layout).Differences, difference => Assert.True(difference.Agrees, $"{layout}: {difference}"));
    }

    void WritesItself(string folder)
    {
        using CoderSet dictionary = CoderSet.Load(folder);
        dictionary.Save(_folder["written"], dictionary.Layout);
        string[] written = [.. Directory.EnumerateFiles(_folder["written"]).Where(file => !file.EndsWith(".yaml", StringComparison.Ordinal))];
        Assert.NotEmpty(written);
        Assert.All(written, file => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(file))), File.ReadAllBytes(file)));
    }
}
