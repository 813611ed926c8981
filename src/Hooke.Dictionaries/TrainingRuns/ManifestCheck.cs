using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Refuses a manifest that no training can be made of, whatever the models.</summary>
static class ManifestCheck
{
    const int LargestBatch = 1 << 20;

    /// <exception cref="InputException">What is wrong with it.</exception>
    public static void Require(TrainingManifest manifest)
    {
        if (manifest.Models.Count == 0 || manifest.Dictionaries.Count == 0)
            throw new InputException("the manifest names no model or no dictionary; a training needs one of each");
        if (manifest.Batch is < 1 or > LargestBatch)
            throw new InputException($"a batch of {manifest.Batch} rows is not between 1 and {LargestBatch:n0}");
        foreach (DictionaryPlan plan in manifest.Dictionaries)
        {
            if (plan.Name is "" or "checkpoints" or "trial"
                || plan.Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
                || manifest.Dictionaries.Count(other => other.Name == plan.Name) > 1)
                throw new InputException($"the dictionary's name {Quote.Of(plan.Name)} makes no folder of its own: use letters, "
                    + "digits, - and _, another name for each, and neither checkpoints nor trial");
            if (plan.Layout is { } layout)
                _ = DictionaryLayout.Named(layout);
            if (!(plan.EndToEnd >= 0) || !float.IsFinite(plan.EndToEnd))
                throw new InputException($"the end-to-end weight of {plan.Name} is {plan.EndToEnd}; give 0 or more");
            if (plan.EndToEnd > 0 && plan.Form == DictionaryForm.Crosscoder)
                throw new InputException($"{plan.Name} is a crosscoder, which has no end-to-end loss: leave it out");
        }
    }
}
