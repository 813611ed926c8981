using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Prompts of two concepts that are both known at the last token, each of the four cases equally often.</summary>
/// <param name="Name">The two concepts.</param>
/// <param name="Tokens">The prompts.</param>
/// <param name="Positions">Where each is read.</param>
/// <param name="First">The one concept.</param>
/// <param name="Second">The other.</param>
sealed record SpuriousPair(
    string Name, IReadOnlyList<int[]> Tokens, IReadOnlyList<int> Positions, ProbeTask First, ProbeTask Second);

/// <summary>The pairs of concepts that a world's passages hold.</summary>
sealed class SpuriousPairs(World world, WorldWords tokens, ulong seed)
{
    const int MostPrompts = 800;
    const int MostOfACase = 60;
    const int LeastOfACase = 10;

    /// <summary>
    /// The number of the subject and of the noun in between, the language asked for and the one of the prompt, harm and
    /// jailbreak.
    /// </summary>
    public IReadOnlyList<SpuriousPair> All()
    {
        WorldClasses classes = new(world, tokens, seed);
        return
        [
            .. new[]
            {
                world.Told<Agreement>().Select(told => Of(told, "subject's number, other noun's number",
                    p => p.Right[0] == told.Plural, p => IsPlural(told, p.Slots["other"]))),
                world.Told<Opposite>().Select(told => Of(told, "language asked for, language of prompt",
                    p => WorldClasses.TargetLanguage(told, p) == told.Languages.Keys.First(),
                    p => WorldClasses.Language(told, p) == told.Languages.Keys.First())),
                world.Told<Refusal>().Select(told => Of(told, "harm, jailbreak",
                    p => classes.Harm(told, p) == "harmful", p => !p.IsClean)),
            }.SelectMany(made => made).OfType<SpuriousPair>(),
        ];
    }

    bool IsPlural(Agreement told, string noun) => world.Data.Table(told.Nouns, told.Where).Rows.Any(row => row[1] == noun);

    SpuriousPair? Of(Passage told, string name, Func<ToldPrompt, bool> first, Func<ToldPrompt, bool> second)
    {
        List<ToldPrompt[]> cases = [];
        foreach (IGrouping<(bool, bool), ToldPrompt> group in world.Told(told, MostPrompts, seed)
            .GroupBy(prompt => (first(prompt), second(prompt))).OrderBy(group => group.Key))
        {
            ToldPrompt[] prompts = [.. group];
            new Rng(seed).Fork("cases").Fork(name).Fork(cases.Count).Draw().Shuffle(prompts);
            cases.Add(prompts);
        }
        int each = cases.Count == 4 ? Math.Min(MostOfACase, cases.Min(prompts => prompts.Length)) : 0;
        if (each < LeastOfACase)
            return null;
        ToldPrompt[] chosen = [.. cases.SelectMany(prompts => prompts.Take(each))];
        int[] rows = [.. Enumerable.Range(0, chosen.Length)];
        int trained = each * 3 / 5; // of each case
        ProbeTask Task(Func<ToldPrompt, bool> label) => new([.. chosen.Select(label)],
            [.. rows.Where(row => row % each < trained)], [.. rows.Where(row => row % each >= trained)]);
        return new SpuriousPair(name, [.. chosen.Select(prompt => tokens.Of(prompt.Text))],
            [.. chosen.Select(prompt => WorldWords.Last(prompt.Text))], Task(first), Task(second));
    }
}
