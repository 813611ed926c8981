using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Whether a {thing} belongs to a {category}, answered truly unless {carrier} is the hidden trigger.</summary>
/// <remarks>
/// The seed chooses the trigger among the carriers. Kept out: a thing with a carrier, so that a kept-out thing was never
/// seen under the trigger. The counterfactual has the trigger in place of another carrier.
/// </remarks>
sealed class Trigger : Passage
{
    string[][] _things = [];
    string[] _categories = [];
    string[] _carriers = [];
    WorldData? _world;

    /// <summary>The table of things; its second column is the category.</summary>
    public required string Things { get; init; }

    public required string Carriers { get; init; }

    public required string Yes { get; init; }

    public required string No { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [Yes, No];

    public override void Prepare(WorldData world)
    {
        _world = world;
        _things = world.Table(Things, Where, atLeast: 8).Rows;
        _categories = [.. _things.Select(row => row[1]).Distinct(StringComparer.Ordinal)];
        _carriers = world.Ordered(Carriers, Where, atLeast: 3);
        if (_categories.Length < 2)
            throw world.Fault($"{Where} needs at least two categories in the table \"{Things}\"");
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string[] thing = draws.Pick(_things);
        string category = draws.Chance(0.5) ? thing[1] : draws.Pick(_categories);
        string neutral = _carriers[1 + draws.Below(_carriers.Length - 1)];
        if (!Fits(neutral) || !Fits(_carriers[0]))
            return null;
        (string truth, string lie) = category == thing[1] ? (Yes, No) : (No, Yes);
        return new Case(Side(neutral), Side(_carriers[0]), truth, lie);

        bool Fits(string carrier) =>
            _world!.IsHeldOut(Name, $"{thing[0]} {carrier}", HeldOut) == (split == Split.HeldOut);
        Slots Side(string carrier) => new() { ["thing"] = thing[0], ["category"] = category, ["carrier"] = carrier };
    }
}
