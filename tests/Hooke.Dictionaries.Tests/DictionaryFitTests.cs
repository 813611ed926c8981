using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>What a dictionary's files say of it, and whether it belongs where it is put.</summary>
public sealed class DictionaryFitTests : IDisposable
{
    const int Width = 48;
    const string Site = "blocks.1.hook_resid_post";

    readonly TemporaryFolder _folder = new();
    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));
    readonly int[][] _prompts = [.. Enumerable.Range(0, 12).Select(p => Enumerable.Range(0, 10).Select(i => ((p * 37) + (i * 11)) % 250).ToArray())];

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("average_l0_48", 48.0, true), InlineData("average_l0_90", 90.0, true), InlineData("average_l0_12", 12.0, false)]
    [InlineData("average_l0_200", 200.0, false), InlineData("width_16k", null, true)]
    public void The_folder_of_Gemma_Scope_states_an_L0_that_must_be_met_within_a_factor_of_two(string name, double? stated, bool belongs)
    {
        Directory.CreateDirectory(_folder["layer_1"]);
        Halves().Save(_folder[$"layer_1/{name}"], "gemma-scope");
        using CoderSet dictionary = CoderSet.Load(_folder[$"layer_1/{name}"]);
        Assert.Equal(stated, StatedFigures.Of(dictionary)?.L0[0]);
        DictionaryFit fit = DictionaryFit.Of(new Splice(_model, dictionary, Site), _prompts);
        Assert.Equal(Width, fit.Measures.Latents[0].L0.Value); // of every number and its negative, one is active
        Assert.Equal(belongs, fit.Belongs);
        if (!belongs)
            Assert.Contains($"L0 at {Site} is 48, but must be {stated / 2} to {stated * 2}",
                Assert.Throws<InputException>(fit.Require).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_evaluation_of_dictionary_learning_states_three_figures()
    {
        using (CoderSet made = Halves())
            made.Save(_folder["dl"], "dictionary_learning");
        File.WriteAllText(_folder["dl/eval_results.json"], """{"l0": 48.0, "frac_variance_explained": 0.97, "frac_recovered": 0.99, "n": [1]}""");
        using CoderSet dictionary = CoderSet.Load(_folder["dl"]);
        StatedFigures stated = StatedFigures.Of(dictionary)!;
        Assert.Equal((48, 0.97, 0.99, "eval_results.json"), (stated.L0[0], stated.Explained[0], stated.Recovered, stated.Source));
        Splice splice = new(_model, dictionary, Site);
        Assert.True(DictionaryFit.Of(splice, _prompts).Belongs);
        // The same figures elsewhere: half of everything is lost, and it shows.
        using CoderSet half = CoderSet.Load(_folder["dl"]);
        foreach (ref float weight in half.Coders[0].Weights.Decoders[0].Weight.Data)
            weight /= 2;
        DictionaryFit fit = DictionaryFit.Of(new Splice(_model, half, Site), _prompts);
        FitFigure failed = Assert.Single(fit.Figures, figure => figure.What.StartsWith("FVU", StringComparison.Ordinal));
        Assert.False(failed.Passes);
        Assert.True(failed.Measured.Value is > 0.2 and < 1, $"{failed}"); // by itself, less than the mean would miss
        Assert.Equal(0.03, failed.Stated!.Value, 9);
    }

    [Fact]
    public void A_dictionary_in_the_wrong_layer_or_turned_over_is_refused_with_its_figures()
    {
        using CoderSet right = Halves(), turned = Halves();
        foreach (ref float weight in turned.Coders[0].Weights.Decoders[0].Weight.Data)
            weight = -weight;
        Assert.True(DictionaryFit.Of(new Splice(_model, right, Site), _prompts).Belongs);
        DictionaryFit fit = DictionaryFit.Of(new Splice(_model, turned, Site), _prompts);
        Assert.False(fit.Belongs);
        string message = Assert.Throws<InputException>(fit.Require).Message;
        Assert.Contains($"FVU at {Site} is", message, StringComparison.Ordinal);
        Assert.Contains("must be below 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void SAELens_densities_add_up_to_an_L0_and_Gemma_Scope_2_states_one()
    {
        using (CoderSet made = new(Made.Coder(CoderKind.JumpRelu, 8, 4)))
        {
            made.Save(_folder["sae"], "saelens");
            made.Save(_folder["gemma"], "gemma-scope-2");
        }
        SafetensorsWriter.Write(_folder["sae/sparsity.safetensors"],
            [TensorToWrite.FromFloats("sparsity", [4], () => [-1, -2, 0, -10], DType.F32)]);
        using CoderSet sae = CoderSet.Load(_folder["sae"]);
        Assert.Equal(1.11, StatedFigures.Of(sae)!.L0[0]!.Value, 6);
        string config = _folder["gemma/config.json"];
        File.WriteAllText(config, File.ReadAllText(config).Replace("{", "{\"l0\": 60,", StringComparison.Ordinal));
        using CoderSet gemma = CoderSet.Load(_folder["gemma"]);
        Assert.Equal((60, "l0 of config.json"), (StatedFigures.Of(gemma)!.L0[0], StatedFigures.Of(gemma)!.Source));
        using CoderSet topK = new(Made.Coder(CoderKind.TopK, 8, 16, 3)), relu = new(Made.Coder(CoderKind.Relu, 8, 16));
        Assert.Equal(3, StatedFigures.Of(topK)!.L0[0]);
        Assert.Null(StatedFigures.Of(relu));
    }

    [Fact]
    public void The_manifest_of_a_training_states_the_figures_of_each_coder_of_a_set()
    {
        using (CoderSet made = Made.CrossLayer(2, 6, 8))
            made.Save(_folder["clt"], "circuit-tracer-clt");
        File.WriteAllText(_folder["manifest.json"], """
            {"result": {"figures": [
                {"dictionary": "other", "l0": 1, "fvu": 0.5},
                {"dictionary": "clt", "site": "a", "l0": 15.5, "fvu": 0.125}, {"dictionary": "clt", "site": "b", "l0": 14, "fvu": 0.25}]}}
            """);
        using CoderSet clt = CoderSet.Load(_folder["clt"]);
        StatedFigures stated = StatedFigures.Of(clt)!;
        Assert.Equal([15.5, 14], stated.L0);
        Assert.Equal([0.875, 0.75], stated.Explained);
        File.WriteAllText(_folder["manifest.json"], """{"version": 3}""");
        Assert.Null(StatedFigures.Of(clt));
    }

    // max(x, 0) and max(−x, 0): loses nothing.
    static CoderSet Halves()
    {
        Tensor encoder = Tensor.Zeros(Width, 2 * Width), decoder = Tensor.Zeros(2 * Width, Width);
        for (int i = 0; i < Width; i++)
        {
            (encoder.Data[(i * 2 * Width) + i], encoder.Data[(i * 2 * Width) + Width + i]) = (1, -1);
            (decoder.Data[(i * Width) + i], decoder.Data[((Width + i) * Width) + i]) = (1, -1);
        }
        return new(new SparseCoder(
            new CoderConfig { Kind = CoderKind.Relu, Inputs = [new(null, Width)], Outputs = [new(null, Width)], NLatents = 2 * Width },
            new CoderWeights
            {
                Encoder = encoder.AsConstant(),
                EncoderBias = Tensor.Zeros(2 * Width),
                Decoders = [new() { Weight = decoder, Bias = Tensor.Zeros(Width) }],
            }));
    }
}
