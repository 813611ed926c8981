using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits.Tests;

/// <summary>Which sets of transcoders fit a model.</summary>
public sealed class TranscoderSitesTests : IDisposable
{
    readonly Model _model = TinyTraced.Model("gpt2");
    readonly CoderSet _set;

    public TranscoderSitesTests() =>
        _set = TinyTraced.Set(_model, crossLayer: false, skips: false, "hook_resid_mid", "hook_mlp_out");

    public void Dispose()
    {
        _set.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void A_set_that_does_not_fit_is_refused_by_what_is_wrong_with_it()
    {
        Refused("layer 2 is missing", _set.Coders.Take(2));
        Refused("layers 1, 2 are missing", _set.Coders.Take(1));
        Refused("the model has 3: it belongs to another model", _set.Coders.Append(Coder(3, c => c with
        {
            Inputs = [new("blocks.3.hook_resid_mid", 12)],
        })));
        Refused("in the order of their layers", _set.Coders.Reverse());
        Refused("is an autoencoder", Changed(c => c with { IsTranscoder = false }));
        Refused("is a crosscoder", Changed(c => c with { Inputs = [new("left", 6), new("right", 6)] }));
        Refused("scaled by its decoder", Changed(c => c with { ScalesByDecoderNorm = true }));
        Refused("do not name the site that it writes", Changed(c => c with { Outputs = [new(null, 12)] }));
        Refused("the set reads hook_resid_mid and hook_mlp_in",
            Changed(c => c with { Inputs = [new("blocks.1.hook_mlp_in", 12)] }));
        Refused("the set writes hook_attn_out", Changed(c => c with { Outputs = [new("blocks.1.hook_attn_out", 12)] }));
        Refused("writes layer 0, where only 1 to 2", Changed(c => c with { Outputs = [new("blocks.0.hook_mlp_out", 12)] }));
    }

    [Fact]
    public void A_hook_that_the_caller_gives_stands_for_what_the_files_say()
    {
        using Model parallel = TinyTraced.Model("neox");
        Assert.Contains("nothing between", Assert.Throws<InputException>(() => new TranscoderSites(parallel, _set)).Message);
        TranscoderSites sites = new(parallel, _set, "mlp.hook_in", "mlp.hook_out");
        Assert.Equal(Site.Ln2Normalized.At(1), sites.Read(1));
        Assert.True(sites.ReadsGain);
        Assert.Equal([Site.MlpOut.At(1)], sites.Writes(1));
        using Model gemma = TinyTraced.Model("gemma2");
        Assert.Equal(Site.MlpModuleOut.At(2), new TranscoderSites(gemma, _set, writes: "mlp.hook_out").Write(2));
    }

    [Fact]
    public void Latents_that_are_not_linear_can_be_set_but_not_traced()
    {
        using CoderSet set = new([.. Changed(c => c with { SubtractsDecoderBias = true })]);
        Assert.Equal(3, new TranscoderSites(_model, set).Layers);
        Assert.Contains("subtracts its decoder's bias", Assert.Throws<InputException>(() =>
            new LocalReplacement(_model, set, TinyTraced.Tokens)).Message);
    }

    // The set with its transcoder of layer 1 changed.
    IEnumerable<SparseCoder> Changed(Func<CoderConfig, CoderConfig> change) =>
        [_set.Coders[0], Coder(1, change), _set.Coders[2]];

    SparseCoder Coder(int layer, Func<CoderConfig, CoderConfig> change)
    {
        SparseCoder coder = _set.Coders[Math.Min(layer, 2)];
        return new(change(coder.Config), coder.Weights);
    }

    void Refused(string words, IEnumerable<SparseCoder> coders) => Assert.Contains(words, Assert.Throws<InputException>(() =>
        new TranscoderSites(_model, new CoderSet([.. coders]))).Message, StringComparison.Ordinal);
}
