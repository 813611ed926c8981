using Hooke.Dictionaries;

namespace Hooke.Studies;

/// <summary>Are there latents that carry one attribute of an entity and none of the others?</summary>
sealed class DisentanglementTest(
    IReadOnlyList<(string Table, int Entities, IReadOnlyList<AttributeSwaps> Attributes)> tables, ulong seed) : DictionaryTest(seed)
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
        LatentPlace whole = new(place.Model,
            BaselineCoders.Neurons(place.Coder.Config.Outputs[0]), place.Writes.ToString());
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
            yield return Finding($"{table}: disentangled", rows, row => 0.5, true);
            yield return Finding($"{table}: changed where it should", rows, row => row.IsCause ? 1 : 0, true);
            yield return Finding($"{table}: kept where it should", rows, row => row.IsCause ? 0 : 1, true);
            foreach (AttributeSwaps attribute in attributes)
                yield return Finding($"{table}: {attribute.Attribute} disentangled",
                    [.. rows.Where(row => row.Attribute == attribute.Attribute)], row => 0.5, false);
        }
    }

    // Both kinds of questions weigh as much in all as the weight says, whatever their numbers.
    Finding Finding(string what, List<Answered> rows, Func<Answered, double> weight, bool isShown)
    {
        int causes = rows.Count(row => row.IsCause), others = rows.Count - causes;
        return new Finding(what, null, Sum(rows.Select(row =>
            ($"{row.Pair}", row.Right ? weight(row) / (row.IsCause ? causes : others) : 0))), isShown);
    }

    /// <summary>One question about an attribute, with latents exchanged, and whether the answer was as it should be.</summary>
    sealed record Answered(string Attribute, int Pair, bool IsCause, bool Right);
}
