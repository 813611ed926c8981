using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Two people, {a} and {b}, of whom one, {s}, acts: the other one is the object.</summary>
/// <remarks>Kept out: pairs of names, in both orders. The counterfactual lets the other one act.</remarks>
sealed class IndirectObject : Passage
{
    string[] _names = [];
    WorldData? _world;

    /// <summary>The lists of names.</summary>
    public required string[] Names { get; init; }

    public override void Prepare(WorldData world)
    {
        (_world, _names) = (world, [.. Names.SelectMany(list => world.List(list, Where))]);
        if (_names.Length < 8)
            throw world.Fault($"{Where} needs at least 8 names, and its lists hold {_names.Length}");
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string a = draws.Pick(_names), b = draws.Pick(_names);
        if (a == b || IsHeldOut(a, b) != (split == Split.HeldOut))
            return null;
        (string acts, string other) = draws.Chance(0.5) ? (a, b) : (b, a);
        return new Case(Side(acts), Side(other), other, acts);

        Slots Side(string subject) => new() { ["a"] = a, ["b"] = b, ["s"] = subject };
    }

    bool IsHeldOut(string a, string b) =>
        _world!.IsHeldOut(Name, string.CompareOrdinal(a, b) < 0 ? $"{a} {b}" : $"{b} {a}", HeldOut);
}
