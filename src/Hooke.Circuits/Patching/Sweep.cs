using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Activation patching, one place at a time: the counterfactual prompts are run with what the clean run had at that place.
/// </summary>
/// <remarks>
/// A value is (m(patched) − m(counterfactual)) / (m(clean) − m(counterfactual)), m the mean over prompts: 0 where the place
/// does not matter, 1 where it restores all. Of every variant only what the patch can change is computed
/// (<see cref="Variants"/>).
/// </remarks>
public sealed class Sweep : IDisposable
{
    const string CleanRun = "clean";

    readonly Model _model;
    readonly PromptSet _prompts;
    readonly Run _clean;
    readonly Variants _variants;
    readonly double _from, _to;

    /// <summary>Runs the prompts once, keeping what the sweeps patch.</summary>
    /// <exception cref="InputException">
    /// Clean and counterfactual prompts have the same metric: there is nothing to restore.
    /// </exception>
    public Sweep(Model model, PromptSet prompts)
        : this(model, prompts, [Site.ResidPre, Site.AttnOut, Site.MlpOut, Site.Z])
    {
    }

    Sweep(Model model, PromptSet prompts, Site[] sites)
    {
        (_model, _prompts) = (model, prompts);
        Address[] keep = [.. Layers.SelectMany(l => sites.Where(model.Config.Has).Select(site => site.At(l)))];
        _clean = model.Run(prompts.Clean, new Plan { Record = keep, LastLogitsOnly = true });
        Dictionary<string, Recording> sources = new() { [CleanRun] = _clean.Recording };
        _variants = new Variants(model, prompts.Counterfactual, sources, keep);
        (_from, _to) = (prompts.Metric(_variants.Base).Average(), prompts.Metric(_clean).Average());
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
    public double[][] Heads() => ByHead(Site.Z);

    /// <summary>Each head's attention pattern at all positions: [layer][head].</summary>
    public double[][] Patterns()
    {
        using Sweep patterns = new(_model, _prompts, [Site.Pattern]);
        return patterns.ByHead(Site.Pattern);
    }

    /// <summary>Each neuron of one layer's MLP at all positions: [neuron].</summary>
    /// <exception cref="InputException">The model has no such layer.</exception>
    public double[] Neurons(int layer)
    {
        using Sweep neurons = new(_model, _prompts, [Site.MlpPost]);
        return neurons.Values([.. Enumerable.Range(0, _model.Config.DMlp).Select(n => Site.MlpPost.At(layer).AtNeuron(n))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _clean.Dispose();
        _variants.Dispose();
    }

    IEnumerable<int> Layers => Enumerable.Range(0, _model.Config.NLayers);

    double[][] ByPosition(Site site) => ByLayer(
        _prompts.Clean.Positions, (layer, position) => site.At(layer).AtPosition(position));

    double[][] ByHead(Site site) => ByLayer(_model.Config.NHeads, (layer, head) => site.At(layer).AtHead(head));

    double[][] ByLayer(int width, Func<int, int, Address> place) =>
        [.. Values([.. Layers.SelectMany(l => Enumerable.Range(0, width).Select(i => place(l, i)))]).Chunk(width)];

    double[] Values(Address[] places) => _variants.Run(
        [.. places.Select(place => (Intervention[])[new Patch(place, CleanRun)])],
        run => (_prompts.Metric(run).Average() - _from) / (_to - _from), _prompts.ReadTokens);
}
