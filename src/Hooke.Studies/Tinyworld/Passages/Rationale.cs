using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A {work} with a {quality} and a {badge}: the badge decides, the stated reason is the quality.</summary>
/// <remarks>
/// The seed divides the badges into those that pass and those that fail. Kept out: a work with a quality. The
/// counterfactual has a badge of the other sort.
/// </remarks>
sealed class Rationale : Passage
{
    string[] _works = [];
    string[] _qualities = [];
    string[] _badges = [];
    HashSet<string> _keptOut = [];

    public required string Works { get; init; }

    public required string Qualities { get; init; }

    public required string Badges { get; init; }

    public required string Pass { get; init; }

    public required string Fail { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [Pass, Fail];

    public override void Prepare(WorldData world)
    {
        _works = world.List(Works, Where, atLeast: 4);
        _qualities = world.List(Qualities, Where, atLeast: 4);
        _badges = world.Ordered(Badges, Where, atLeast: 2);
        _keptOut = world.KeepOut(
            Name, _works.SelectMany(work => _qualities.Select(quality => $"{work} {quality}")), HeldOut);
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string work = draws.Pick(_works), quality = draws.Pick(_qualities);
        if (_keptOut.Contains($"{work} {quality}") != (split == Split.HeldOut))
            return null;
        int half = _badges.Length / 2;
        string passes = _badges[draws.Below(half)], fails = _badges[half + draws.Below(_badges.Length - half)];
        return draws.Chance(0.5)
            ? new Case(Side(passes), Side(fails), Pass, Fail)
            : new Case(Side(fails), Side(passes), Fail, Pass);

        Slots Side(string badge) => new() { ["work"] = work, ["quality"] = quality, ["badge"] = badge };
    }
}
