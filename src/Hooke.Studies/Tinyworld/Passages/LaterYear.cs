using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What lasts from a year to a later one, at most <see cref="Span"/> years on: 17 32 to 17 _.</summary>
/// <remarks>
/// Years are two tokens, {century} and {start}. Kept out: starting years. The counterfactual starts so much earlier or
/// later that no year is right for both.
/// </remarks>
sealed class LaterYear : Passage
{
    WorldData? _world;

    public int FirstCentury { get; set; } = 11;

    public int LastCentury { get; set; } = 19;

    /// <summary>The longest time, in years.</summary>
    public int Span { get; set; } = 25;

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => Enumerable.Range(0, 100).Select(TwoDigits);

    public static string TwoDigits(int number) => $"{number / 10}{number % 10}";

    public override void Prepare(WorldData world)
    {
        if (Span is < 2 or > 45)
            throw world.Fault($"{Where} needs a span of 2 to 45 years, not {Span}");
        if (FirstCentury < 0 || LastCentury > 99 || FirstCentury > LastCentury)
            throw world.Fault($"{Where} needs 0 ≤ firstCentury ≤ lastCentury ≤ 99");
        _world = world;
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string century = TwoDigits(FirstCentury + draws.Below(LastCentury - FirstCentury + 1));
        int start = 1 + draws.Below(99 - Span), other = 1 + draws.Below(99 - Span);
        if (Math.Abs(start - other) < Span || !Fits(start) || !Fits(other))
            return null;
        return new Case(Side(start), Side(other), Later(start), Later(other));

        bool Fits(int year) =>
            _world!.IsHeldOut(Name, $"{century} {TwoDigits(year)}", HeldOut) == (split == Split.HeldOut);
        Slots Side(int year) => new() { ["century"] = century, ["start"] = TwoDigits(year) };
    }

    string[] Later(int year) => [.. Enumerable.Range(year + 1, Span).Select(TwoDigits)];
}
