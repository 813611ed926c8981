using Hooke.Dictionaries;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Do latents let one concept be taken out of a probe that was trained where two always go together?</summary>
sealed class SpuriousCorrelationTest(IReadOnlyList<SpuriousPair> pairs, ulong seed) : DictionaryTest(seed)
{
    readonly ulong _seed = seed;

    /// <inheritdoc/>
    public override string Name => "spurious-correlation";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place)
    {
        foreach (SpuriousPair pair in pairs)
        {
            using LatentRows rows = place.Rows(pair.Tokens, pair.Positions);
            SpuriousResult result = SpuriousCorrelation.Measure(rows, pair.First, pair.Second, Sizes);
            string[] concepts = pair.Name.Split(", ");
            string what = result.TellsFirst ? $"{concepts[0]} without {concepts[1]}" : $"{concepts[1]} without {concepts[0]}";
            for (int size = 0; size < Sizes.Count; size++)
            {
                int at = size;
                yield return new Finding(what, Sizes[size], Bootstrap.Of(
                    result.Baseline.Count, chosen => Math.Round(result.Score(at, chosen), 12), _seed), Sizes[size] is 5 or 20);
            }
        }
    }
}
