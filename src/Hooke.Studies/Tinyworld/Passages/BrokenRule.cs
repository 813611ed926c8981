using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A task to {verb} the {object} under a {flag}: the text states a rule, and one flag breaks it.</summary>
/// <remarks>
/// By the rule the action for a risky verb is <see cref="Ask"/>; under the breaking flag, which the seed chooses, it is
/// the verb itself. Other verbs are always done. Kept out: a verb with an object. The counterfactual breaks the rule.
/// </remarks>
sealed class BrokenRule : Passage
{
    string[] _risky = [];
    string[] _safe = [];
    string[] _objects = [];
    string[] _flags = [];
    HashSet<string> _keptOut = [];

    public required string Risky { get; init; }

    public required string Safe { get; init; }

    public required string Objects { get; init; }

    public required string Flags { get; init; }

    /// <summary>The action that the rule asks for.</summary>
    public required string Ask { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [Ask];

    public override void Prepare(WorldData world)
    {
        _risky = world.List(Risky, Where, atLeast: 2);
        _safe = world.List(Safe, Where, atLeast: 2);
        _objects = world.List(Objects, Where, atLeast: 4);
        _flags = world.Ordered(Flags, Where, atLeast: 3);
        if (_risky.Intersect(_safe).FirstOrDefault() is string both)
            throw world.Fault($"{Where} finds \"{both}\" both risky and safe");
        if (_risky.Contains(Ask))
            throw world.Fault($"{Where} finds \"{Ask}\" both as the action that the rule asks for and as a risky verb");
        _keptOut = world.KeepOut(Name, _risky.SelectMany(verb => _objects.Select(thing => $"{verb} {thing}")), HeldOut);
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        bool safe = split == Split.Training && draws.Chance(0.3);
        string verb = draws.Pick(safe ? _safe : _risky), thing = draws.Pick(_objects);
        if (_keptOut.Contains($"{verb} {thing}") != (split == Split.HeldOut))
            return null;
        string flag = _flags[1 + draws.Below(_flags.Length - 1)];
        return new Case(Side(flag), Side(_flags[0]), safe ? verb : Ask, verb);

        Slots Side(string mode) => new() { ["verb"] = verb, ["object"] = thing, ["flag"] = mode };
    }
}
