using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A list of random words, then a part of it again: what followed a word follows it once more.</summary>
/// <remarks>Kept out: pairs of neighbouring words. The counterfactual swaps two words of the first list.</remarks>
sealed class Induction : Passage
{
    string[] _pool = [];
    WorldData? _world;

    /// <summary>The list of words.</summary>
    public required string Words { get; init; }

    public int Shortest { get; set; } = 5;

    public int Longest { get; set; } = 8;

    public override void Prepare(WorldData world)
    {
        if (Shortest < 4 || Longest < Shortest || Longest > 20)
            throw world.Fault($"{Where} needs 4 ≤ shortest ≤ longest ≤ 20");
        (_world, _pool) = (world, world.List(Words, Where, atLeast: 4 * Longest));
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string[] list = new string[Shortest + draws.Below(Longest - Shortest + 1)];
        for (int i = 0; i < list.Length; i++)
            list[i] = Fresh(draws, list.AsSpan(0, i));
        int answer = 1 + draws.Below(list.Length - 1), start = Math.Max(0, answer - 1 - draws.Below(4));
        int foil = draws.Below(list.Length);
        if (foil >= start && foil <= answer)
            return null;
        string[] swapped = [.. list];
        (swapped[answer], swapped[foil]) = (list[foil], list[answer]);
        bool heldOut = IsHeldOut(list[answer - 1], list[answer]) && IsHeldOut(list[answer - 1], list[foil]);
        if (split == Split.HeldOut ? !heldOut : Leaks(list) || Leaks(swapped))
            return null;
        return new Case(Side(list, start, answer), Side(swapped, start, answer), list[answer], list[foil]);
    }

    static Slots Side(string[] list, int start, int answer) => new()
    {
        ["list"] = string.Join(' ', list),
        ["run"] = string.Join(' ', list[start..answer]),
        ["rest"] = string.Join(' ', list[(answer + 1)..]),
    };

    string Fresh(Draws draws, ReadOnlySpan<string> before)
    {
        string word;
        do
            word = draws.Pick(_pool);
        while (before.Contains(word));
        return word;
    }

    bool Leaks(string[] list)
    {
        for (int i = 1; i < list.Length; i++)
            if (IsHeldOut(list[i - 1], list[i]))
                return true;
        return false;
    }

    bool IsHeldOut(string first, string second) => _world!.IsHeldOut(Name, $"{first} {second}", HeldOut);
}
