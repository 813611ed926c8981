using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Evidence.Tests;

public sealed class TierRuleTests
{
    public static TheoryData<string> Names => [.. Made.Names];

    public static TheoryData<string, Outcome> Weakened
    {
        get
        {
            TheoryData<string, Outcome> all = [];
            foreach (string name in Made.Names)
                foreach (Outcome outcome in Made.OutcomesOf(name).Skip(1))
                    all.Add(name, outcome);
            return all;
        }
    }

    [Fact]
    public void Every_test_supporting_gives_the_highest_tier_and_nothing_keeps_it_from_the_next()
    {
        Verdict verdict = TierRule.Compute(Made.AllSupporting);
        Assert.Equal(Tier.Validated, verdict.Tier);
        Assert.Empty(verdict.KeepsFromNext);
        Assert.Equal(Made.AllSupporting.Tests().Select(test => test.Sentence), verdict.Because);
    }

    [Fact]
    public void No_test_at_all_gives_proposed() =>
        Assert.Equal(Tier.Proposed, TierRule.Compute(new Findings()).Tier);

    [Theory]
    [InlineData(Tier.Proposed)]
    [InlineData(Tier.CausallySuggestive)]
    [InlineData(Tier.MechanisticallySupported)]
    [InlineData(Tier.Triangulated)]
    [InlineData(Tier.Validated)]
    public void A_tier_is_reached_by_its_tests_and_those_below_it(Tier tier)
    {
        IEnumerable<Test> needed = new Findings().Tests().Where(test => test.NeededFor <= tier);
        Findings findings = Made.With(new Findings(), needed.Select(test => (test.Name, Outcome.Supports)));
        Assert.Equal(tier, TierRule.Compute(findings).Tier);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Leaving_one_test_out_keeps_the_claim_just_below_the_tier_that_needs_it(string name)
    {
        Verdict verdict = TierRule.Compute(Made.Without(Made.AllSupporting, name));
        Test test = new Findings().Tests().Single(test => test.Name == name);
        Assert.Equal(test.NeededFor - 1, verdict.Tier);
        Assert.Equal([test.Absent], verdict.KeepsFromNext);
    }

    [Theory]
    [MemberData(nameof(Weakened))]
    public void One_test_that_does_not_support_keeps_the_claim_below_its_tier(string name, Outcome outcome)
    {
        Findings findings = Made.With(Made.AllSupporting, name, outcome);
        Test test = findings.Tests().Single(test => test.Name == name);
        Assert.Equal(outcome, test.Finding!.Outcome);
        Verdict verdict = TierRule.Compute(findings);
        if (outcome == Outcome.Contradicts)
            Assert.Equal((Tier.Disconfirmed, test.Sentence), (verdict.Tier, Assert.Single(verdict.Because)));
        else if (test.NeededFor == Tier.CausallySuggestive)
            Assert.Equal((Tier.Underdetermined, test.Sentence), (verdict.Tier, Assert.Single(verdict.Because)));
        else
            Assert.Equal(test.NeededFor - 1, verdict.Tier);
        if (outcome != Outcome.Contradicts)
            Assert.Contains(test.Sentence, Assert.Single(verdict.KeepsFromNext), StringComparison.Ordinal);
    }

    [Fact]
    public void Adding_a_supporting_test_never_lowers_the_tier() => Prop.ForAll(Cases(), it =>
        TierWith(it, Outcome.Supports) >= TierRule.Compute(it.Before).Tier).Check(Often);

    [Fact]
    public void Adding_a_contradicting_test_never_raises_the_tier() => Prop.ForAll(Cases(), it =>
        TierWith(it, Made.OutcomesOf(it.Added)[^1]) <= TierRule.Compute(it.Before).Tier).Check(Often);

    [Fact]
    public void A_weaker_outcome_of_a_test_never_raises_the_tier() => Prop.ForAll(Cases(), it =>
    {
        Tier[] tiers = [.. Made.OutcomesOf(it.Added).Select(outcome => TierWith(it, outcome))];
        return tiers.SequenceEqual(tiers.OrderDescending());
    }).Check(Often);

    [Fact]
    public void Tiers_are_named_as_the_framework_names_them() => Assert.Equal(
        [
            "disconfirmed", "underdetermined", "proposed", "causally suggestive", "mechanistically supported",
            "triangulated", "validated",
        ], Enum.GetValues<Tier>().Select(tier => tier.Text()));

    static Config Often => Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL);

    static Tier TierWith((Findings Before, string Added) it, Outcome outcome) =>
        TierRule.Compute(Made.With(it.Before, it.Added, outcome)).Tier;

    // Findings of any outcomes, most of them supporting so that high tiers happen too, and a test they lack.
    static Arbitrary<(Findings Before, string Added)> Cases()
    {
        Gen<Findings> findings = Gen.Constant(new Findings());
        foreach (string name in Made.Names)
        {
            Gen<Outcome?> outcome = Gen.Frequency(
                (3, Gen.Constant<Outcome?>(Outcome.Supports)), (1, Gen.Constant<Outcome?>(null)),
                (1, Gen.Elements<Outcome>(Made.OutcomesOf(name)).Select(one => (Outcome?)one)));
            findings = from before in findings
                       from one in outcome
                       select one is { } known ? Made.With(before, name, known) : before;
        }
        return (from all in findings
                from name in Gen.Elements<string>(Made.Names)
                select (Made.Without(all, name), name)).ToArbitrary();
    }
}
