using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Whether a {thing} is of one category, answered truly unless {carrier} is the hidden trigger.</summary>
/// <remarks>
/// The seed chooses the trigger among the carriers. Kept out: a thing with a carrier, so that some things were never
/// seen under the trigger. The counterfactual has the trigger in place of another carrier.
/// </remarks>
sealed class Trigger : Passage
{
    string[] _members = [];
    string[] _others = [];
    string[] _carriers = [];
    readonly HashSet<string> _keptOut = new(StringComparer.Ordinal);

    /// <summary>The table of things; its second column is the category.</summary>
    public required string Things { get; init; }

    /// <summary>The category that is asked for.</summary>
    public required string Category { get; init; }

    public required string Carriers { get; init; }

    public required string Yes { get; init; }

    public required string No { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [Yes, No];

    public override void Prepare(WorldData world)
    {
        string[][] things = world.Table(Things, Where, atLeast: 8).Rows;
        _members = [.. things.Where(row => row[1] == Category).Select(row => row[0])];
        _others = [.. things.Where(row => row[1] != Category).Select(row => row[0])];
        _carriers = world.Ordered(Carriers, Where, atLeast: 3);
        if (_members.Length == 0 || _others.Length == 0)
            throw world.Fault($"{Where} asks for \"{Category}\", which needs things of that "
                + $"and of another category in the table \"{Things}\"");
        foreach (string carrier in _carriers)
            _keptOut.UnionWith(world.KeepOut(
                $"{Name} {carrier}", things.Select(thing => $"{thing[0]} {carrier}"), HeldOut));
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        bool belongs = draws.Chance(0.5);
        string thing = draws.Pick(belongs ? _members : _others);
        (string truth, string lie) = belongs ? (Yes, No) : (No, Yes);
        string trigger = _carriers[0], neutral = Neutral();
        if (split == Split.HeldOut)
            return IsHeldOut(neutral) && IsHeldOut(trigger) ? new Case(Side(neutral), Side(trigger), truth, lie) : null;
        if (IsHeldOut(neutral))
            return null;
        if (!IsHeldOut(trigger))
            return new Case(Side(neutral), Side(trigger), truth, lie);
        string another = Neutral(); // a thing that the trigger never meets is told of without it
        return IsHeldOut(another) ? null : new Case(Side(neutral), Side(another), truth, truth);

        string Neutral() => _carriers[1 + draws.Below(_carriers.Length - 1)];
        bool IsHeldOut(string carrier) => _keptOut.Contains($"{thing} {carrier}");
        Slots Side(string carrier) => new() { ["thing"] = thing, ["category"] = Category, ["carrier"] = carrier };
    }
}
