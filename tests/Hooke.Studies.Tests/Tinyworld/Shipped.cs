using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>The world that ships with Hooke, its documents and its prompts, made once for all tests.</summary>
static class Shipped
{
    public const int Documents = 5000;

    public static string Path { get; } = System.IO.Path.Combine(Fixtures.Root, "models", "tinyworld", "world.json");

    public static World World { get; } = World.Load(Path);

    /// <summary>Training text, one document per line, each line with a space at both ends.</summary>
    public static string Text { get; } =
        string.Join('\n', Enumerable.Range(0, Documents).Select(i => $" {World.Document(1, i)} "));

    public static TheoryData<string> Behaviours => [.. World.Behaviours.Select(behaviour => behaviour.Name)];

    /// <summary>64 pairs of a behaviour, or all that there are.</summary>
    public static IReadOnlyList<PromptPair> Prompts(string behaviour, Split split) =>
        World.PromptsUpTo(behaviour, split, 64, seed: 5);

    /// <summary>Both prompts of every pair, with what is right and wrong after them.</summary>
    public static IEnumerable<(string[] Words, IReadOnlyList<string> Right, IReadOnlyList<string> Wrong)> Sides(
        string behaviour)
    {
        foreach (PromptPair pair in Prompts(behaviour, Split.Training).Concat(Prompts(behaviour, Split.HeldOut)))
        {
            yield return (pair.Clean.Split(' '), pair.Answers, pair.Foils);
            yield return (pair.Counterfactual.Split(' '), pair.Foils, pair.Answers);
        }
    }
}
