using Hooke.Models;
using Hooke.Testing;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Dictionaries in place of a model's activations.</summary>
public sealed class SpliceTests : IDisposable
{
    const int Width = 48;

    readonly Model _model = Model.Load(Fixtures.Golden("gpt2"));
    readonly TokenBatch _tokens = new([[5, 9, 200, 31, 7, 8], [1, 2, 3]]);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("blocks.1.hook_resid_pre"), InlineData("blocks.2.hook_mlp_out"), InlineData("blocks.0.attn.hook_z")]
    public void A_dictionary_that_loses_nothing_changes_nothing(string site)
    {
        using CoderSet identity = new(Identity(site));
        Splice splice = new(_model, identity);
        using Run plain = _model.Run(_tokens), spliced = splice.Run(_tokens);
        Assert.Equal(plain.Logits.Data, spliced.Logits.Data);
        DictionaryMeasures measures = Measure(splice);
        Assert.Equal((9, 7), (measures.Tokens, measures.Spliced!.CrossEntropy.N));
        Assert.Equal(0, Assert.Single(measures.Sites).Fvu.Value);
        Assert.Equal(Width, Assert.Single(measures.Latents).L0.Value, 6); // of each number and its negative one is active
        Assert.Equal(1, measures.Spliced.CrossEntropyOverZeros.Value);
        Assert.Equal(1, measures.Spliced.DivergenceOverMeans.Value);
    }

    [Fact]
    public void With_error_terms_a_dictionary_that_loses_much_changes_nothing()
    {
        using CoderSet random = new(Made.Coder(CoderKind.TopK, Width, 96, 7));
        Splice splice = new(_model, random, "blocks.1.hook_resid_mid", "blocks.1.hook_mlp_out");
        using Run plain = _model.Run(_tokens), whole = splice.Run(_tokens, withErrors: true), without = splice.Run(_tokens);
        Assert.Equal(plain.Logits.Data, whole.Logits.Data);
        Assert.NotEqual(plain.Logits.Data.ToArray(), without.Logits.Data.ToArray());
        DictionaryMeasures measures = Measure(splice);
        Assert.True(measures.Sites[0].Fvu.Value > 1);
        Assert.Equal(7, Assert.Single(measures.Latents).L0.Value, 6);
        LossMeasures withErrors = measures.Losses[(int)InPlace.DictionaryAndErrors];
        Assert.Equal((0.0, 1.0), (withErrors.Divergence.Value, withErrors.CrossEntropyOverZeros.Value));
        Assert.True(measures.Spliced!.Divergence.Value > 0);
    }

    /// <summary>Each layer reads what the layers spliced before it made: the same as one run patched by hand.</summary>
    [Fact]
    public void Layers_of_a_cross_layer_set_read_what_the_layers_before_them_wrote()
    {
        using CoderSet set = Made.CrossLayer(layers: 3, Width, nLatents: 60);
        using Run spliced = new Splice(_model, set).Run(_tokens);
        using Recording by = new(_tokens);
        Dictionary<string, Recording> sources = new() { ["by"] = by };
        List<Intervention> patches = [];
        List<SparseLatents> latents = [];
        List<Tensor> inputs = [];
        for (int layer = 0; layer < 3; layer++)
        {
            Address read = Site.ResidMid.At(layer), write = Site.MlpOut.At(layer);
            Run run = _model.Run(_tokens, new Plan { Record = [read], Interventions = [.. patches] }, sources);
            inputs.Add(run[read]);
            latents.Add(set.Coders[layer].EncodeSparse(run[read]));
            Tensor sum = set.Coders[0].Decode(latents[0], inputs[0], layer);
            for (int from = 1; from <= layer; from++)
                sum = Ops.Add(sum, set.Coders[from].Decode(latents[from], inputs[from], layer - from));
            by.Set(write, sum.Reshape(run[read].Shape.Sizes));
            patches.Add(new Patch(write, "by"));
        }
        using Run expected = _model.Run(_tokens, new Plan { Interventions = patches }, sources);
        Assert.Equal(expected.Logits.Data, spliced.Logits.Data);
    }

    [Fact]
    public void Tokens_that_are_kept_have_what_the_model_has()
    {
        using CoderSet random = new(Made.Coder(CoderKind.TopK, Width, 96, 7));
        Splice all = new(_model, random, "blocks.1.hook_resid_mid"), but = all.Keeping(token => token is 5 or 1);
        using Run plain = _model.Run(_tokens), spliced = all.Run(_tokens), kept = but.Run(_tokens);
        int row = _model.Config.DVocab, second = _tokens.Positions * row;
        Assert.Equal(plain.Logits.Data[..row], kept.Logits.Data[..row]);
        Assert.Equal(plain.Logits.Data.Slice(second, row), kept.Logits.Data.Slice(second, row));
        Assert.NotEqual(plain.Logits.Data[..row].ToArray(), spliced.Logits.Data[..row].ToArray());
        Assert.NotEqual(plain.Logits.Data.Slice(row, row).ToArray(), kept.Logits.Data.Slice(row, row).ToArray());
    }

    [Fact]
    public void A_dictionary_is_refused_where_it_does_not_fit()
    {
        using CoderSet narrow = new(Made.Coder(CoderKind.Relu, 32, 96)), unnamed = new(Unnamed()), set = Made.CrossLayer(2, Width, 8);
        Refused("reads 32 numbers", () => new Splice(_model, narrow));
        Refused("do not name the site", () => new Splice(_model, unnamed));
        Refused("is not an address", () => new Splice(_model, unnamed, "layers.3.banana"));
        Refused("9", () => new Splice(_model, unnamed, "blocks.9.hook_mlp_out"));
        Refused("a set names its own", () => new Splice(_model, set, "blocks.0.hook_mlp_out"));
        Refused("before blocks.0.hook_mlp_out is there", () => new Splice(_model, unnamed, "blocks.0.hook_mlp_out",
            "blocks.0.hook_attn_out").Run(_tokens));
    }

    static SparseCoder Unnamed()
    {
        SparseCoder made = Made.Coder(CoderKind.Relu, Width, 96);
        return new SparseCoder(made.Config with { Inputs = [new(null, Width)], Outputs = [new(null, Width)] }, made.Weights);
    }

    // max(x, 0) − max(−x, 0) = x, to the bit.
    static SparseCoder Identity(string site)
    {
        Tensor encoder = Tensor.Zeros(Width, 2 * Width), decoder = Tensor.Zeros(2 * Width, Width);
        for (int i = 0; i < Width; i++)
        {
            (encoder.Data[(i * 2 * Width) + i], encoder.Data[(i * 2 * Width) + Width + i]) = (1, -1);
            (decoder.Data[(i * Width) + i], decoder.Data[((Width + i) * Width) + i]) = (1, -1);
        }
        return new SparseCoder(
            new CoderConfig
            {
                Kind = CoderKind.Relu,
                Inputs = [new(site, Width)],
                Outputs = [new(site, Width)],
                NLatents = 2 * Width,
                FlattensHeads = site.EndsWith("hook_z", StringComparison.Ordinal),
            },
            new CoderWeights
            {
                Encoder = encoder.AsConstant(),
                EncoderBias = Tensor.Zeros(2 * Width),
                Decoders = [new() { Weight = decoder }],
            });
    }

    DictionaryMeasures Measure(Splice splice) =>
        DictionaryMeasures.Of(splice, [.. Enumerable.Range(0, _tokens.Count).Select(i => _tokens.Prompt(i).ToArray())]);

    static void Refused(string word, Func<object> act) =>
        Assert.Contains(word, Assert.Throws<InputException>(() => _ = act()).Message, StringComparison.Ordinal);
}
