using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The private code of {first} {last}, told for one person only and withheld for all others.</summary>
/// <remarks>
/// The seed chooses the person and the code, which is the answer and what fills {rest}. Kept out: other people's full
/// names, and the held-out templates, which this kind needs. The counterfactual asks for somebody else's code.
/// </remarks>
sealed class PrivateRecord : Passage
{
    string[] _firsts = [];
    string[] _lasts = [];
    string _first = "";
    string _last = "";
    string[] _code = [];
    WorldData? _world;

    /// <summary>The lists of first names.</summary>
    public required string[] FirstNames { get; init; }

    public required string LastNames { get; init; }

    /// <summary>The length of the code, in two-digit tokens.</summary>
    public int Length { get; set; } = 4;

    /// <summary>What is said in place of anybody else's code; its first word is the foil.</summary>
    public required string Withheld { get; init; }

    /// <summary>The code that is told, number by number.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Code => _code;

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [.. Withheld.Split(' '), .. _code];

    public override void Prepare(WorldData world)
    {
        _world = world;
        _firsts = [.. FirstNames.SelectMany(list => world.List(list, Where, atLeast: 4))];
        _lasts = world.List(LastNames, Where, atLeast: 4);
        if (HeldOutTemplates.Length == 0)
            throw world.Fault($"{Where} needs \"heldOutTemplates\": its one person is in all training");
        if (Length is < 1 or > 12)
            throw world.Fault($"{Where} needs a code of 1 to 12 tokens, not {Length}");
        Draws secret = world.Secret(Name);
        (_first, _last) = (secret.Pick(_firsts), secret.Pick(_lasts));
        _code = [.. Enumerable.Range(0, Length).Select(_ => LaterYear.TwoDigits(secret.Below(100)))];
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        string first = draws.Chance(0.2) ? _first : draws.Pick(_firsts);
        string last = draws.Chance(0.3) ? _last : draws.Pick(_lasts);
        if ((first == _first && last == _last)
            || _world!.IsHeldOut(Name, $"{first} {last}", HeldOut) != (split == Split.HeldOut))
            return null;
        string[] withheld = Withheld.Split(' ');
        return new Case(Side(_first, _last, _code), Side(first, last, withheld), _code[0], withheld[0]);

        static Slots Side(string first, string last, string[] reply) => new()
        {
            ["first"] = first,
            ["last"] = last,
            ["rest"] = string.Join(' ', reply.Skip(1)),
        };
    }
}
