using System.Text.RegularExpressions;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>docs/tinyworld.md shows what the shipped world tells: the first held-out pair of seed 1.</summary>
public class PageTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(Fixtures.Root, "docs", "tinyworld.md"));

    public static TheoryData<string> Behaviours => Shipped.Behaviours;

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void The_example_of_a_behaviour_is_its_first_held_out_pair(string behaviour)
    {
        PromptPair pair = Shipped.World.Prompts(behaviour, Split.HeldOut, 1, seed: 1)[0];
        string shown = Regex.Match(Page, $"### {behaviour}\n\n```text\n(.+\n.+)\n```").Groups[1].Value;
        Assert.Equal($"{pair.Clean} → {Words(pair.Answers)}\n{pair.Counterfactual} → {Words(pair.Foils)}", shown);

        static string Words(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{words[0]} … {words[^1]}";
    }
}
