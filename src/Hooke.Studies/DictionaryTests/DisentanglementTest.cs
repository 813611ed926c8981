using Hooke.Dictionaries;

namespace Hooke.Studies;

/// <summary>Are there latents that carry one attribute of an entity and none of the others?</summary>
sealed class DisentanglementTest(
    IReadOnlyList<(string Table, int Entities, IReadOnlyList<AttributeSwaps> Attributes)> tables, ulong seed)
    : DictionaryTest(seed)
{
    readonly ulong _seed = seed;

    /// <inheritdoc/>
    public override string Name => "disentanglement";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place)
    {
        Disentanglement test = new(place);
        return Scored(test, attribute => test.Learn(attribute.Train, new MaskSettings(_seed)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Finding> RunWhole(LatentPlace place)
    {
        LatentPlace whole = new(place.Model, BaselineCoders.Neurons(place.Coder.Config.Outputs[0]),
            place.Writes.ToString());
        return Scored(new(whole), _ => [.. Enumerable.Repeat(true, whole.Coder.Config.NLatents)]);
    }

    IEnumerable<Finding> Scored(Disentanglement test, Func<AttributeSwaps, bool[]> mask)
    {
        foreach ((string table, _, IReadOnlyList<AttributeSwaps> attributes) in tables)
        {
            List<Answered> rows = [];
            foreach (AttributeSwaps attribute in attributes)
            {
                bool[] right = test.Answers(attribute.Test, mask(attribute));
                rows.AddRange(right.Select((r, i) =>
                    new Answered(attribute.Attribute, attribute.TestPairs[i], attribute.Test[i].IsCause, r)));
            }
            yield return new Finding($"{table}: disentangled", null, Mean(rows.Select(Of)));
            yield return new Finding($"{table}: changed where it should", null,
                Mean(rows.Where(row => row.IsCause).Select(Of)));
            yield return new Finding($"{table}: kept where it should", null,
                Mean(rows.Where(row => !row.IsCause).Select(Of)));
            foreach (AttributeSwaps attribute in attributes)
                yield return new Finding($"{table}: {attribute.Attribute} disentangled", null,
                    Mean(rows.Where(row => row.Attribute == attribute.Attribute).Select(Of)), IsShown: false);
        }
    }

    // Both kinds of questions weigh alike, whatever their numbers.
    static Weighed Of(Answered row) => new(row.IsCause ? "cause" : "isolation", $"{row.Pair}", row.Right ? 1 : 0);

    /// <summary>One question about an attribute, with latents exchanged, and whether the answer was as it should be.</summary>
    sealed record Answered(string Attribute, int Pair, bool IsCause, bool Right);
}
