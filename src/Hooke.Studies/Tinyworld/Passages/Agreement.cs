using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A verb agrees with the first noun, {noun}, whatever the number of the one in between, {other}.</summary>
/// <remarks>Kept out: pairs of nouns. The counterfactual changes the number of the first noun.</remarks>
sealed class Agreement : Passage
{
    string[][] _nouns = [];
    WorldData? _world;

    /// <summary>The table of nouns; its first two columns are singular and plural.</summary>
    public required string Nouns { get; init; }

    public required string Singular { get; init; }

    public required string Plural { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [Singular, Plural];

    public override void Prepare(WorldData world) =>
        (_world, _nouns) = (world, world.Table(Nouns, Where, atLeast: 6).Rows);

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string[] noun = draws.Pick(_nouns), other = draws.Pick(_nouns);
        if (noun == other || _world!.IsHeldOut(Name, $"{noun[0]} {other[0]}", HeldOut) != (split == Split.HeldOut))
            return null;
        int number = draws.Below(2), between = draws.Below(2);
        string[] verbs = [Singular, Plural];
        return new Case(
            new Slots { ["noun"] = noun[number], ["other"] = other[between] },
            new Slots { ["noun"] = noun[1 - number], ["other"] = other[between] }, verbs[number], verbs[1 - number]);
    }
}
