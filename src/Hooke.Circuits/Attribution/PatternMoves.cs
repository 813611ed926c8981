using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// What the clean run's queries, or keys, make of the counterfactual run's attention patterns, each patched on its own.
/// </summary>
/// <remarks>
/// Two runs give it for every layer: queries (keys) are the clean run's in all layers while z is held, so that no layer sees
/// what another's became. One query moves its own row of the pattern. One key moves its own score in every row: with w its
/// weight before, w′ after, the others keep their proportions, and Σ Δpattern · g = (w′ − w)(g − mean of the others' g).
/// Source: the QK fix of Kramár et al. 2024, arXiv:2403.00745.
/// </remarks>
sealed class PatternMoves : IDisposable
{
    const string CleanRun = "clean", BaseRun = "counterfactual";

    readonly Run _base, _queries, _keys;
    readonly int _group;

    /// <summary>Runs clean and counterfactual prompts, and the two runs with moved queries and keys.</summary>
    public PatternMoves(Model model, PromptSet prompts)
    {
        IEnumerable<Address> Every(params Site[] sites) =>
            Enumerable.Range(0, model.Config.NLayers).SelectMany(l => sites.Select(s => s.At(l)));
        Plan Moving(Site site, Site record) => new()
        {
            Record = [.. Every(record)],
            Interventions =
                [.. Every(site).Select(at => new Patch(at, CleanRun)), .. Every(Site.Z).Select(at => new Freeze(at, BaseRun))],
            LastLogitsOnly = true,
        };
        _group = model.Config.NHeads / model.Config.NKeyValueHeads;
        using Run clean = model.Run(prompts.Clean, new Plan { Record = [.. Every(Site.Q, Site.K)], LastLogitsOnly = true });
        _base = model.Run(prompts.Counterfactual,
            new Plan { Record = [.. Every(Site.Z, Site.Pattern, Site.AttnScores)], LastLogitsOnly = true });
        Dictionary<string, Recording> sources = new() { [CleanRun] = clean.Recording, [BaseRun] = _base.Recording };
        _queries = model.Run(prompts.Counterfactual, Moving(Site.Q, Site.Pattern), sources);
        _keys = model.Run(prompts.Counterfactual, Moving(Site.K, Site.AttnScores), sources);
    }

    /// <summary>⟨moved pattern − pattern, gradient⟩ of every query, or of every key, of a layer.</summary>
    /// <param name="place"><c>attn.hook_q</c> or <c>attn.hook_k</c> of a layer.</param>
    /// <param name="gradient">Of the metric with respect to the pattern.</param>
    /// <param name="grain">What is one place.</param>
    public Contributions Contributions(Address place, Tensor gradient, Grain grain)
    {
        Address pattern = Site.Pattern.At(place.Layer);
        if (place.Site == Site.Q)
            return Circuits.Contributions.Of(_queries[pattern], _base[pattern], gradient, Site.Pattern, grain);
        (int prompts, int heads, int length) = (gradient.Shape[0], gradient.Shape[1], gradient.Shape[3]);
        Contributions found = new(prompts, length, heads / _group, grain);
        ReadOnlySpan<float> weights = _base[pattern].Data;
        ReadOnlySpan<float> scores = _base[Site.AttnScores.At(place.Layer)].Data;
        ReadOnlySpan<float> moved = _keys[Site.AttnScores.At(place.Layer)].Data;
        for (int row = 0; row < gradient.Shape.Count / length; row++)
        {
            Range at = (row * length)..((row + 1) * length);
            AttentionRow attention = new(weights[at], scores[at], gradient.Data[at]);
            (int prompt, int unit) = (row / (heads * length), row / length % heads / _group);
            for (int key = 0; key < length; key++)
                if (float.IsFinite(moved[at][key]))
                    found.Add(prompt, key, unit, attention.Moved(key, moved[at][key]));
        }
        return found;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _base.Dispose();
        _queries.Dispose();
        _keys.Dispose();
    }
}
