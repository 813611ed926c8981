using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Attribution patching: for every place at once, from one backward pass, an estimate of what patching the clean run's
/// value into the counterfactual run restores, ⟨clean − counterfactual, ∂m/∂value⟩ on the counterfactual run.
/// </summary>
/// <remarks>
/// In the unit of <see cref="Sweep"/>: a share of m(clean) − m(counterfactual), mean over prompts. The first order of
/// what the sweep measures: right where the metric is linear in the place, wrong where attention is saturated or where
/// later effects cancel; <see cref="Corrected"/> is the remedy of AtP*. Source: Nanda 2023, "Attribution patching";
/// Kramár et al. 2024, arXiv:2403.00745.
/// </remarks>
public sealed class AttributionPatching : IDisposable
{
    readonly Model _model;
    readonly PromptSet _prompts;
    readonly Run _clean;
    readonly GradientRun _base;
    readonly Recording _gradients;
    readonly Tensor _seed;
    readonly double _unit;
    PatternMoves? _moves;

    /// <summary>Runs clean and counterfactual prompts once, and backwards once.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="sites">What estimates are wanted of.</param>
    /// <exception cref="InputException">
    /// Clean and counterfactual prompts have the same metric, or a site comes after the last layer.
    /// </exception>
    public AttributionPatching(Model model, PromptSet prompts, params IReadOnlyList<Site> sites)
    {
        if (sites.FirstOrDefault(s => s == Site.LnFinalScale || s == Site.LnFinalNormalized || s == Site.Logits) is { } late)
            throw new InputException($"{late} comes after the last layer: attribute what is before it");
        (_model, _prompts) = (model, prompts);
        _clean = model.Run(prompts.Clean, new Plan { Record = [.. sites.SelectMany(Places)], LastLogitsOnly = true });
        Site[] more = [.. Adding, .. sites.Any(IsQueryOrKey) ? new[] { Site.Pattern } : []];
        _base = model.Differentiate(prompts.Counterfactual,
            new Plan { Record = [.. sites.Concat(more).Distinct().SelectMany(Places)], LastLogitsOnly = true });
        _seed = prompts.MetricGradient(_base.Run);
        _gradients = _base.Gradients(_seed);
        _unit = (prompts.Metric(_clean).Average() - prompts.Metric(_base.Run).Average()) * prompts.Count;
        if (_unit == 0)
            throw new InputException(
                "the metric is the same on the prompts and on their counterfactuals: there is nothing to attribute");
    }

    /// <summary>AtP: signed shares, [layer][place]; one row for a site that is there once.</summary>
    /// <param name="site">One of the sites asked for.</param>
    /// <param name="grain">What is one place.</param>
    /// <param name="throughSoftmax">
    /// The QK fix: queries and keys are moved whole, and what that does to the pattern is multiplied by the pattern's gradient.
    /// </param>
    /// <exception cref="InputException">The site is not one of those asked for.</exception>
    public double[][] Estimates(Site site, Grain grain, bool throughSoftmax = false) => [.. Places(site).Select(place =>
        (throughSoftmax ? Moved(place, grain, _gradients) : Contribution(place, grain, _gradients)).Total(v => v / _unit))];

    /// <summary>
    /// AtP*: sizes without sign, [layer][place]. Each is the mean, over prompts and over backward passes that each leave one
    /// layer's contribution out of the gradient, of the size of the estimate; queries and keys go through the softmax.
    /// </summary>
    /// <remarks>
    /// GradDrop keeps effects from cancelling: the pass that leaves out the layer where they cancel shows them. A layer's own
    /// places are not counted in the pass that leaves it out. Queries and keys are moved whole, and what that does to the
    /// pattern is multiplied by the pattern's gradient, so that a saturated softmax does not hide them.
    /// </remarks>
    /// <exception cref="InputException">The site is not one of those asked for.</exception>
    public double[][] Corrected(Site site, Grain grain)
    {
        Address[] places = [.. Places(site)];
        double[][] sums = new double[places.Length][];
        int[] passes = new int[places.Length];
        for (int left = 0; left < _model.Config.NLayers; left++)
        {
            using Recording gradients = _base.Gradients(_seed, [.. Adding.Select(site => site.At(left))]);
            for (int i = 0; i < places.Length; i++)
            {
                bool isOwn = places[i].Layer == left && IsWithinLayer(site);
                if (isOwn && _model.Config.NLayers > 1)
                    continue;
                // In a model of one layer nothing lies between a place and the logits that effects could cancel in.
                double[] found = Moved(places[i], grain, isOwn ? _gradients : gradients).Total(v => Math.Abs(v / _unit));
                sums[i] = passes[i]++ == 0 ? found : [.. sums[i].Zip(found, (a, b) => a + b)];
            }
        }
        return [.. sums.Zip(passes, (sum, count) => sum.Select(s => s / count).ToArray())];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _moves?.Dispose();
        _seed.Dispose();
        _gradients.Dispose();
        _base.Dispose();
        _clean.Dispose();
    }

    // What adds to the stream in each layer.
    Site[] Adding => _model.Config.HasMlp ? [Site.AttnOut, Site.MlpOut] : [Site.AttnOut];

    // Queries and keys through the softmax, everything else to first order.
    Contributions Moved(Address place, Grain grain, Recording gradients) => IsQueryOrKey(place.Site)
        ? (_moves ??= new PatternMoves(_model, _prompts)).Contributions(place, gradients[Site.Pattern.At(place.Layer)], grain)
        : Contribution(place, grain, gradients);

    Contributions Contribution(Address place, Grain grain, Recording gradients) =>
        Contributions.Of(_clean[place], _base.Run[place], gradients[place], place.Site, grain);

    IEnumerable<Address> Places(Site site) => site.IsPerLayer
        ? Enumerable.Range(0, _model.Config.NLayers).Select(layer => site.At(layer))
        : [site.At()];

    static bool IsQueryOrKey(Site site) => site == Site.Q || site == Site.K;

    // Whether all that a place does goes through what its layer adds to the stream.
    static bool IsWithinLayer(Site site) =>
        site.IsPerLayer && site != Site.ResidPre && site != Site.ResidMid && site != Site.ResidPost;
}
