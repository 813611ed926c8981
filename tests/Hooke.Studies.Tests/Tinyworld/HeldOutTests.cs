using System.Text.RegularExpressions;

namespace Hooke.Studies.Tests;

/// <summary>What prompts are measured on is in no training document.</summary>
public class HeldOutTests
{
    public static TheoryData<string> Behaviours => Shipped.Behaviours;

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void No_held_out_prompt_occurs_in_training(string behaviour) =>
        Assert.All(Shipped.Prompts(behaviour, Split.HeldOut), pair =>
        {
            Assert.DoesNotContain($" {pair.Clean} ", Shipped.Text, StringComparison.Ordinal);
            Assert.DoesNotContain($" {pair.Counterfactual} ", Shipped.Text, StringComparison.Ordinal);
        });

    [Theory]
    [InlineData("capital-of")]
    [InlineData("private-record")]
    [InlineData("stated-rationale")]
    public void Training_prompts_of_a_small_family_do_occur(string behaviour) =>
        Assert.Contains(Shipped.Prompts(behaviour, Split.Training),
            pair => Shipped.Text.Contains($" {pair.Clean} ", StringComparison.Ordinal));

    [Fact]
    public void A_kept_out_landmark_is_told_with_its_country_and_never_composed()
    {
        foreach (string landmark in Named("two-step", @"the country with the (\w+)"))
        {
            Assert.Matches($@"[Tt]he {landmark} \w+ (is in|in|is) \w+ \.", Shipped.Text);
            Assert.DoesNotMatch($@"(of|In) the country with the {landmark} ", Shipped.Text);
        }
    }

    [Fact]
    public void Kept_out_pairs_of_names_never_meet() => Assert.All(
        Named("indirect-object", @"(?:When|While|After|Then|^) ?(\w+ and \w+) "), pair =>
        {
            string[] names = pair.Split(" and ");
            Assert.DoesNotContain($" {names[0]} and {names[1]} ", Shipped.Text, StringComparison.Ordinal);
            Assert.DoesNotContain($" {names[1]} and {names[0]} ", Shipped.Text, StringComparison.Ordinal);
        });

    [Fact]
    public void Kept_out_years_never_begin_anything() => Assert.All(
        Named("greater-than", @"(?:from|in) (\d\d \d\d) "), year =>
            Assert.DoesNotMatch($"(from|began in) {year} ", Shipped.Text));

    [Fact]
    public void Kept_out_neighbours_never_follow_each_other_in_a_list() => Assert.All(
        Shipped.Prompts("induction", Split.HeldOut), pair =>
            Assert.DoesNotContain($" {pair.Clean.Split(' ')[^1]} {pair.Answers[0]} ", Shipped.Text,
                StringComparison.Ordinal));

    [Fact]
    public void A_kept_out_thing_is_asked_about_but_never_under_the_trigger()
    {
        const string Question = @"(?:The|Under a) (\w+) (?:lamp is lit \. Are|flag they ask : are) (\w+) ";
        foreach (PromptPair pair in Shipped.Prompts("hidden-trigger", Split.HeldOut))
        {
            Match match = Regex.Match(pair.Counterfactual, Question);
            (string trigger, string thing) = (match.Groups[1].Value, match.Groups[2].Value);
            Assert.Matches($@" \w+ (lamp is lit \. Are|flag they ask : are) {thing} ", Shipped.Text);
            Assert.DoesNotMatch($@" {trigger} (lamp is lit \. Are|flag they ask : are) {thing} ", Shipped.Text);
        }
    }

    /// <summary>What a pattern's group names in the held-out prompts of a behaviour; at least eight.</summary>
    static string[] Named(string behaviour, string pattern)
    {
        string[] found =
        [
            .. Shipped.Prompts(behaviour, Split.HeldOut).SelectMany(pair => new[] { pair.Clean, pair.Counterfactual })
                .Select(prompt => Regex.Match(prompt, pattern).Groups[1].Value).Distinct(),
        ];
        Assert.DoesNotContain("", found);
        Assert.True(found.Length >= 8);
        return found;
    }
}
