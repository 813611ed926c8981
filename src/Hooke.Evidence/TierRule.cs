namespace Hooke.Evidence;

/// <summary>The tier that evidence gives.</summary>
/// <param name="Tier">The tier reached.</param>
/// <param name="Because">The findings it rests on, a sentence each.</param>
/// <param name="KeepsFromNext">What is lacking for the next tier, a sentence each; empty at the top.</param>
public sealed record Verdict(Tier Tier, IReadOnlyList<string> Because, IReadOnlyList<string> KeepsFromNext);

/// <summary>Computes the tier of a claim from its findings.</summary>
/// <remarks>
/// One contradicting test disconfirms. Otherwise the tier is the highest whose tests, and those of every tier below it,
/// all support. Where that is none beyond proposed and a test ran without supporting, the claim is underdetermined.
/// </remarks>
public static class TierRule
{
    /// <summary>The tier of these findings, why, and what keeps it from the next.</summary>
    public static Verdict Compute(Findings findings)
    {
        IReadOnlyList<Test> tests = findings.Tests();
        if (tests.Any(test => test.Finding?.Outcome == Outcome.Contradicts))
            return Disconfirmed(tests);
        Tier reached = Reached(tests);
        if (reached == Tier.Proposed && tests.Any(test => test.Finding is not null && !Supports(test)))
            return Underdetermined(tests);
        return new Verdict(reached, Supporting(tests, reached), Lacking(tests, reached));
    }

    static Tier Reached(IReadOnlyList<Test> tests)
    {
        Tier reached = Tier.Proposed;
        while (reached < Tier.Validated && tests.Where(test => test.NeededFor == reached + 1).All(Supports))
            reached++;
        return reached;
    }

    static Verdict Disconfirmed(IReadOnlyList<Test> tests) => new(
        Tier.Disconfirmed,
        [.. tests.Where(test => test.Finding?.Outcome == Outcome.Contradicts).Select(test => test.Sentence)],
        ["A contradicted claim does not rise by more evidence: state another claim."]);

    static Verdict Underdetermined(IReadOnlyList<Test> tests) => new(
        Tier.Underdetermined,
        [.. tests.Where(test => test.Finding is not null && !Supports(test)).Select(test => test.Sentence)],
        Lacking(tests, Tier.Proposed));

    static string[] Supporting(IReadOnlyList<Test> tests, Tier reached) => reached == Tier.Proposed
        ? ["Nothing was intervened on that could support or contradict the claim."]
        : [.. tests.Where(test => test.NeededFor <= reached).Select(test => test.Sentence)];

    static string[] Lacking(IReadOnlyList<Test> tests, Tier reached) =>
        [.. tests.Where(test => test.NeededFor == reached + 1 && !Supports(test)).Select(Shortfall)];

    static string Shortfall(Test test)
    {
        string name = char.ToUpperInvariant(test.Name[0]) + test.Name[1..];
        return test.Finding is null ? test.Sentence : $"{name}, {test.OutcomeText}: {test.Sentence}";
    }

    static bool Supports(Test test) => test.Finding?.Outcome == Outcome.Supports;
}
