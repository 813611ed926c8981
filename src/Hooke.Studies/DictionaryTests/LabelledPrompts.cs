using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Prompts whose activations at one position are of one of several classes.</summary>
/// <param name="Name">What is told apart, such as <c>country-of landmark</c>.</param>
/// <param name="AtEntity">Whether it is read at the token that is of the class, and not at the prompt's end.</param>
/// <param name="Tokens">The prompts.</param>
/// <param name="Positions">Where each is read.</param>
/// <param name="Labels">The class of each.</param>
/// <param name="Entities">What each is about: all prompts of one entity train, or all test.</param>
sealed record LabelledPrompts(
    string Name, bool AtEntity, IReadOnlyList<int[]> Tokens, IReadOnlyList<int> Positions, IReadOnlyList<string> Labels,
    IReadOnlyList<string> Entities)
{
    const double TrainShare = 0.6;

    /// <summary>The classes, in ordinal order.</summary>
    public IReadOnlyList<string> Classes { get; } = [.. Labels.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A task for each class, or for the first of only two; the same entities test in each.</summary>
    public IReadOnlyList<ProbeTask> Tasks(ulong seed)
    {
        HashSet<string> training = [];
        foreach (string label in Classes)
        {
            string[] entities = [.. Entities.Where((_, i) => Labels[i] == label).Distinct().Order(StringComparer.Ordinal)];
            new Rng(seed).Fork("entities").Fork(Name).Fork(label).Draw().Shuffle(entities);
            training.UnionWith(entities.Take((int)Math.Ceiling(TrainShare * entities.Length)));
        }
        int[] all = [.. Enumerable.Range(0, Labels.Count)];
        int[] train = [.. all.Where(row => training.Contains(Entities[row]))];
        int[] test = [.. all.Where(row => !training.Contains(Entities[row]))];
        return
        [
            .. Classes.Take(Classes.Count == 2 ? 1 : Classes.Count).Select(label =>
                new ProbeTask([.. Labels.Select(l => l == label)], train, test)),
        ];
    }
}
