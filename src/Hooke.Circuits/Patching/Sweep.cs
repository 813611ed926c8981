using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Activation patching, one place at a time: the counterfactual prompts are run with what the clean run had at that place.
/// </summary>
/// <remarks>
/// A value is (m(patched) − m(counterfactual)) / (m(clean) − m(counterfactual)), m the mean over prompts: 0 where the place
/// does not matter, 1 where it restores all. Every variant starts at its own layer, from the kept residual stream, and the
/// variants of a layer share a batch: what lies below cannot have changed.
/// </remarks>
public sealed class Sweep : IDisposable
{
    const string CleanRun = "clean";
    const int MostRows = 4096; // [batch · pos] rows of one batch of variants

    readonly Model _model;
    readonly PromptSet _prompts;
    readonly Run _clean, _base;
    readonly Dictionary<string, Recording> _sources;
    readonly double _from, _to;

    /// <summary>Runs the prompts once, keeping what the sweeps patch.</summary>
    /// <exception cref="InputException">
    /// Clean and counterfactual prompts have the same metric: there is nothing to restore.
    /// </exception>
    public Sweep(Model model, PromptSet prompts)
    {
        (_model, _prompts) = (model, prompts);
        Plan keep = new()
        {
            Record = [.. Enumerable.Range(0, model.Config.NLayers).SelectMany(l =>
                new[] { Site.ResidPre.At(l), Site.AttnOut.At(l), Site.MlpOut.At(l), Site.Z.At(l) })],
            LastLogitsOnly = true,
        };
        _clean = model.Run(prompts.Clean, keep);
        _base = model.Run(prompts.Counterfactual, keep);
        _sources = new() { [CleanRun] = _clean.Recording };
        (_from, _to) = (prompts.Metric(_base).Average(), prompts.Metric(_clean).Average());
        if (_from == _to)
            throw new InputException(
                "the metric is the same on the prompts and on their counterfactuals: there is nothing to patch");
    }

    /// <summary>The residual stream entering each layer, by position: [layer][pos].</summary>
    public double[][] Residual() => ByPosition(Site.ResidPre);

    /// <summary>What each layer's attention adds, by position: [layer][pos].</summary>
    public double[][] AttentionOutput() => ByPosition(Site.AttnOut);

    /// <summary>What each layer's MLP adds, by position: [layer][pos].</summary>
    public double[][] MlpOutput() => ByPosition(Site.MlpOut);

    /// <summary>Each head's z at all positions: [layer][head].</summary>
    public double[][] Heads() => [.. Enumerable.Range(0, _model.Config.NLayers).Select(layer => Layer(layer,
        [.. Enumerable.Range(0, _model.Config.NHeads).Select(h => Site.Z.At(layer).AtHead(h))]))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _clean.Dispose();
        _base.Dispose();
    }

    double[][] ByPosition(Site site) => [.. Enumerable.Range(0, _model.Config.NLayers).Select(layer => Layer(layer,
        [.. Enumerable.Range(0, _prompts.Clean.Positions).Select(p => site.At(layer).AtPosition(p))]))];

    double[] Layer(int layer, Address[] places)
    {
        int together = Math.Max(1, MostRows / (_prompts.Count * _prompts.Clean.Positions));
        return [.. places.Chunk(together).SelectMany(some => Variants(layer, some))];
    }

    // Variant v is prompts v·n … v·n + n − 1 of the batch.
    double[] Variants(int layer, Address[] places)
    {
        int n = _prompts.Count;
        TokenBatch tokens = _prompts.Counterfactual.Repeat(places.Length);
        Plan plan = new()
        {
            Interventions = [.. places.Select((place, v) =>
                new Patch(place, CleanRun) { Prompts = new PositionRange(v * n, (v * n) + n - 1) })],
            LastLogitsOnly = true,
        };
        using Tensor residual = Repeated(_base[Site.ResidPre.At(layer)], places.Length);
        using Run run = _model.RunFrom(layer, residual, tokens, plan, _sources);
        double[] metric = _prompts.Metric(run);
        return [.. places.Select((_, v) => (metric.AsSpan(v * n, n).ToArray().Average() - _from) / (_to - _from))];
    }

    static Tensor Repeated(Tensor x, int times)
    {
        Tensor repeated = Tensor.Zeros(x.Shape[0] * times, x.Shape[1], x.Shape[2]);
        for (int t = 0; t < times; t++)
            x.Data.CopyTo(repeated.Data[(t * x.Data.Length)..]);
        return repeated;
    }
}
