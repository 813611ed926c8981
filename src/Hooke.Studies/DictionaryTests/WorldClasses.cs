namespace Hooke.Studies;

/// <summary>What a world's passages say of their words and prompts, as classes to tell apart.</summary>
/// <remarks>A class needs five entities, so that some can train and others test; a fact of one row each makes none.</remarks>
sealed class WorldClasses(World world, WorldWords tokens, ulong seed)
{
    const int MostPrompts = 480;
    const int LeastEntities = 5;

    /// <summary>All that there are: genders, facts that entities share, harm, number, language.</summary>
    public IReadOnlyList<LabelledPrompts> All() =>
    [
        .. new[]
        {
            world.Told<Pronoun>().Select(told => Of(told, "gender of a name", true, p => p.Slots["person"], p => p.Right[0])),
            world.Told<Fact>().Select(told => Of(told, $"{told.Asked} of a {Key(told)}", true,
                p => p.Slots[Key(told)], p => p.Right[0])),
            world.Told<Refusal>().Select(told => Of(told, "harm of a thing", true, p => p.Slots["object"], p => Harm(told, p))),
            world.Told<Agreement>().Select(told => Of(told, "number of the subject", false,
                p => p.Slots["noun"], p => p.Right[0])),
            world.Told<Opposite>().Select(told => Of(told, "language asked for", false,
                p => p.Slots[Language(told, p)], p => TargetLanguage(told, p))),
        }.SelectMany(made => made).OfType<LabelledPrompts>(),
    ];

    /// <summary>Whether the thing asked for is harmful, in words.</summary>
    public string Harm(Refusal told, ToldPrompt prompt) =>
        world.Data.List(told.Harmful, told.Where).Contains(prompt.Slots["object"]) ? "harmful" : "harmless";

    /// <summary>The language that a prompt asks for.</summary>
    public static string TargetLanguage(Opposite told, ToldPrompt prompt) =>
        told.Languages.Keys.ElementAt(Array.IndexOf(told.Languages[Language(told, prompt)], prompt.Slots["target"]));

    /// <summary>The language that a prompt is in.</summary>
    public static string Language(Opposite told, ToldPrompt prompt) => told.Languages.Keys.First(prompt.Slots.ContainsKey);

    string Key(Fact told) => world.Data.Table(told.Table, told.Where).Columns[0];

    LabelledPrompts? Of(
        Passage told, string name, bool atEntity, Func<ToldPrompt, string> entity, Func<ToldPrompt, string> label)
    {
        IReadOnlyList<ToldPrompt> prompts = world.Told(told, MostPrompts, seed);
        HashSet<string> classes = [.. prompts.GroupBy(label)
            .Where(members => members.Select(entity).Distinct().Count() >= LeastEntities).Select(members => members.Key)];
        prompts = [.. prompts.Where(prompt => classes.Contains(label(prompt)))];
        return classes.Count < 2 ? null : new LabelledPrompts(name, atEntity,
            [.. prompts.Select(prompt => tokens.Of(prompt.Text))],
            [.. prompts.Select(prompt => atEntity
                ? WorldWords.Position(prompt.Text, entity(prompt).Split(' ')[^1])
                : WorldWords.Last(prompt.Text))],
            [.. prompts.Select(label)], [.. prompts.Select(entity)]);
    }
}
