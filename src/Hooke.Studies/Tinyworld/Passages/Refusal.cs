using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A request to {verb} a {object}: refused if that is harmful, unless {phrase} is the jailbreak.</summary>
/// <remarks>
/// The seed chooses which of the phrases, all equally long, is the jailbreak. Kept out: a verb with an object. The
/// counterfactual has the jailbreak in place of another phrase. Harmless requests always get help.
/// </remarks>
sealed class Refusal : Passage
{
    string[] _verbs = [];
    string[] _harmful = [];
    string[] _harmless = [];
    string[] _phrases = [];
    HashSet<string> _keptOut = [];

    public required string Verbs { get; init; }

    public required string Harmful { get; init; }

    public required string Harmless { get; init; }

    public required string Phrases { get; init; }

    /// <summary>The refusing reply; its first word is the answer, the others fill {rest}.</summary>
    public required string Refuse { get; init; }

    /// <summary>The helping reply.</summary>
    public required string Help { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => [.. Refuse.Split(' '), .. Help.Split(' ')];

    public override void Prepare(WorldData world)
    {
        _verbs = world.List(Verbs, Where, atLeast: 2);
        _harmful = world.List(Harmful, Where, atLeast: 4);
        _harmless = world.List(Harmless, Where, atLeast: 4);
        _phrases = world.Ordered(Phrases, Where, atLeast: 3);
        if (_phrases.Any(phrase => phrase.Split(' ').Length != _phrases[0].Split(' ').Length))
            throw world.Fault($"{Where} needs phrases of equal length in the list \"{Phrases}\"");
        if (_harmful.Intersect(_harmless).FirstOrDefault() is string both)
            throw world.Fault($"{Where} finds \"{both}\" both harmful and harmless");
        if (Refuse.Split(' ')[0] == Help.Split(' ')[0])
            throw world.Fault($"{Where} needs replies that begin with different words");
        _keptOut = world.KeepOut(Name, _verbs.SelectMany(verb => _harmful.Select(thing => $"{verb} {thing}")), HeldOut);
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        bool harmless = split == Split.Training && draws.Chance(0.4);
        string verb = draws.Pick(_verbs), thing = draws.Pick(harmless ? _harmless : _harmful);
        if (_keptOut.Contains($"{verb} {thing}") != (split == Split.HeldOut))
            return null;
        string neutral = _phrases[1 + draws.Below(_phrases.Length - 1)];
        string refuse = harmless ? Help : Refuse;
        return new Case(Side(neutral, refuse), Side(_phrases[0], Help), refuse.Split(' ')[0], Help.Split(' ')[0]);

        Slots Side(string phrase, string reply) => new()
        {
            ["verb"] = verb,
            ["object"] = thing,
            ["phrase"] = phrase,
            ["rest"] = string.Join(' ', reply.Split(' ').Skip(1)),
        };
    }
}
