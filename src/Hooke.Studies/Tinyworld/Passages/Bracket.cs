using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Nested groups, each with a word before its closing bracket: ( [ { sun } { key } cup ] door ).</summary>
/// <remarks>
/// Slots {open}, up to a word behind at least one closed group, and {rest}, behind the answer. Kept out: the brackets
/// so far, whatever the type of the one to close. The counterfactual opens that one with another type.
/// </remarks>
sealed class Bracket : Passage
{
    static readonly string[] Openers = ["(", "[", "{"];
    static readonly string[] Closers = [")", "]", "}"];

    string[] _pool = [];
    WorldData? _world;

    /// <summary>The list of words inside the brackets.</summary>
    public required string Words { get; init; }

    public int Deepest { get; set; } = 3;

    /// <summary>The most brackets of a passage, opening ones counted.</summary>
    public int Most { get; set; } = 5;

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [.. Openers, .. Closers];

    public override void Prepare(WorldData world)
    {
        if (Deepest is < 2 or > 6 || Most is < 2 or > 12)
            throw world.Fault($"{Where} needs 2 ≤ deepest ≤ 6 and 2 ≤ most ≤ 12");
        (_world, _pool) = (world, world.List(Words, Where, atLeast: 4));
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        List<string> text = [];
        List<(int Opener, int Closer)> groups = [];
        int left = Most;
        Group(draws, text, groups, 1, ref left);
        (int Opener, int Closer)[] asked = [.. groups.Where(g => Closers.Contains(text[g.Closer - 2]))];
        if (asked.Length == 0)
            return null;
        (int opener, int closer) = draws.Pick(asked);
        int type = Array.IndexOf(Openers, text[opener]), other = (type + 1 + draws.Below(2)) % 3;
        List<string> changed = [.. text];
        (changed[opener], changed[closer]) = (Openers[other], Closers[other]);
        bool fits = split == Split.HeldOut
            ? IsHeldOut(text, opener, closer)
            : !asked.Any(g => IsHeldOut(text, g.Opener, g.Closer) || IsHeldOut(changed, g.Opener, g.Closer));
        return fits ? new Case(Side(text, closer), Side(changed, closer), Closers[type], Closers[other]) : null;
    }

    /// <summary>Writes one group: an opening bracket, groups inside, a word, the closing bracket.</summary>
    void Group(Draws draws, List<string> text, List<(int, int)> groups, int depth, ref int left)
    {
        int type = draws.Below(3), opener = text.Count;
        left--;
        text.Add(Openers[type]);
        while (depth < Deepest && left > 0 && draws.Chance(depth == 1 ? 0.75 : 0.5))
            Group(draws, text, groups, depth + 1, ref left);
        text.Add(draws.Pick(_pool));
        groups.Add((opener, text.Count));
        text.Add(Closers[type]);
    }

    static Slots Side(List<string> text, int closer) => new()
    {
        ["open"] = string.Join(' ', text.Take(closer)),
        ["rest"] = string.Join(' ', text.Skip(closer + 1)),
    };

    bool IsHeldOut(List<string> text, int opener, int closer)
    {
        IEnumerable<string> brackets = text.Take(closer)
            .Select((word, i) => i == opener ? "?" : Openers.Contains(word) || Closers.Contains(word) ? word : "");
        return _world!.IsHeldOut(Name, string.Join("", brackets), HeldOut);
    }
}
