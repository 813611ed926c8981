namespace Hooke.Dictionaries;

/// <summary>A dictionary's measures on a model and a set of prompts, each with its n and a 95 % interval over prompts.</summary>
/// <param name="Prompts">How many prompts.</param>
/// <param name="Tokens">How many tokens, special ones included.</param>
/// <param name="SpecialTokens">
/// How many of them are special, such as a begin-of-text: in the measures they are left out, and in spliced runs the model
/// keeps what it has there, unless they were asked for.
/// </param>
/// <param name="CountsSpecialTokens">Whether special tokens are measured and replaced as all others.</param>
/// <param name="Latents">Coder by coder.</param>
/// <param name="Sites">Written site by written site.</param>
/// <param name="LatentsOfAll">Coder by coder with the special tokens; as <see cref="Latents"/> where there are none.</param>
/// <param name="SitesOfAll">Site by site with the special tokens; as <see cref="Sites"/> where there are none.</param>
/// <param name="Losses">By what is in place at all sites; empty where runs were not asked for.</param>
public sealed record DictionaryMeasures(
    int Prompts, long Tokens, long SpecialTokens, bool CountsSpecialTokens, IReadOnlyList<LatentMeasures> Latents,
    IReadOnlyList<SiteMeasures> Sites, IReadOnlyList<LatentMeasures> LatentsOfAll, IReadOnlyList<SiteMeasures> SitesOfAll,
    IReadOnlyList<LossMeasures> Losses)
{
    /// <summary>How the intervals are made, in words.</summary>
    public const string Method = "95 % jackknife over at most 32 groups of prompts";

    /// <summary>The losses with the dictionary in place, or null where runs were not asked for.</summary>
    public LossMeasures? Spliced => Losses.FirstOrDefault(losses => losses.InPlace == InPlace.Dictionary);

    /// <summary>Measures a dictionary, batch by batch: memory does not grow with the number of prompts.</summary>
    /// <param name="splice">The dictionary at its sites.</param>
    /// <param name="prompts">Token ids, prompt by prompt.</param>
    /// <param name="isSpecial">Which tokens are special; null for the tokenizer's.</param>
    /// <param name="countsSpecial">Whether special tokens are measured and replaced as all others.</param>
    /// <param name="runs">Whether losses are measured too, which takes four runs more.</param>
    /// <exception cref="Hooke.Tensors.InputException">
    /// There is no prompt or no token to measure, or a prompt is too long or has a token that the model has not.
    /// </exception>
    public static DictionaryMeasures Of(
        Splice splice, IReadOnlyList<IReadOnlyList<int>> prompts, Func<int, bool>? isSpecial = null,
        bool countsSpecial = false, bool runs = true)
    {
        Func<int, bool> special = isSpecial ?? (splice.Model.HasTokenizer ? splice.Model.Tokenizer.IsSpecial : _ => false);
        MeasuringRuns measuring = new(splice, prompts, special, countsSpecial);
        measuring.FindMeans();
        measuring.Accumulate(runs);
        return measuring.Finish();
    }
}
