using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A name, and later the pronoun of its gender. The slot is {person}.</summary>
/// <remarks>Kept out: a name in a template. The counterfactual names somebody of another gender.</remarks>
sealed class Pronoun : Passage
{
    (string Name, string Pronoun)[] _people = [];
    readonly HashSet<string> _keptOut = new(StringComparer.Ordinal);

    /// <summary>A list of names for every pronoun.</summary>
    public required Dictionary<string, string> Genders { get; init; }

    [JsonIgnore]
    public override IEnumerable<string> OwnWords => Genders.Keys;

    public override void Prepare(WorldData world)
    {
        if (Genders.Count < 2)
            throw world.Fault($"{Where} needs at least two genders");
        _people = [.. Genders.SelectMany(g => world.List(g.Value, Where, atLeast: 4).Select(name => (name, g.Key)))];
        string? twice = _people.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null)
            throw world.Fault($"{Where} finds the name \"{twice}\" under two pronouns");
        foreach ((string pronoun, string names) in Genders)
            _keptOut.UnionWith(KeptOutOfTemplates(world, $"{Name} {pronoun}", world.List(names, Where)));
    }

    public override Case? Try(Draws draws, Split split, Template template)
    {
        (string Name, string Pronoun) person = draws.Pick(_people), other = draws.Pick(_people);
        if (person.Pronoun == other.Pronoun || !Fits(person.Name) || !Fits(other.Name))
            return null;
        return new Case(Side(person.Name), Side(other.Name), person.Pronoun, other.Pronoun);

        Slots Side(string name) => new() { ["person"] = name };
        bool Fits(string name) =>
            _keptOut.Contains(InTemplate(name, template.Text)) == (split == Split.HeldOut)
            || HeldOutTemplates.Contains(template.Text);
    }
}
