using System.Globalization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>The sites that a training's dictionaries read and write.</summary>
static class PlannedSites
{
    /// <summary>The sites of all dictionaries, each once, in the order in which they are named.</summary>
    /// <exception cref="InputException">A dictionary's sites do not fit its form, or are not sites.</exception>
    public static IReadOnlyList<StreamSite> Of(TrainingManifest manifest) =>
        [.. manifest.Dictionaries.SelectMany(plan => Required(plan).Reads.Concat(Writes(plan))).Select(Parse).Distinct()];

    /// <summary>What a dictionary writes.</summary>
    public static IReadOnlyList<string> Writes(DictionaryPlan plan) => plan.Writes ?? plan.Reads;

    static StreamSite Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return new(0, Address.Parse(text));
        return int.TryParse(text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out int model) && model > 0
            && new StreamSite(model, Address.Parse(text[(slash + 1)..])) is var site && $"{site}" == text
            ? site
            : throw new InputException($"{Quote.Of(text)} is no site: write blocks.1.hook_resid_post, or "
                + "1/blocks.1.hook_resid_post for the second of two models");
    }

    static DictionaryPlan Required(DictionaryPlan plan)
    {
        (int reads, int writes) = (plan.Reads.Count, Writes(plan).Count);
        string? fault = plan.Form switch
        {
            DictionaryForm.Autoencoder when reads != 1 || plan.Writes is not null => "reads one site and writes the same",
            DictionaryForm.Crosscoder when reads < 2 || plan.Writes is not null => "reads two sites or more and writes the same",
            DictionaryForm.Transcoders or DictionaryForm.CrossLayerTranscoder
                when reads != writes || reads == 0 || plan.Writes is null => "writes a site for each that it reads",
            _ => null,
        };
        return fault is null ? plan
            : throw new InputException($"the dictionary {Quote.Of(plan.Name)} reads {reads} sites and writes {writes}, but a "
                + $"{plan.Form} {fault}");
    }
}
