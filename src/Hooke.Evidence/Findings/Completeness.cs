namespace Hooke.Evidence;

/// <summary>Do circuit and model respond alike when the same parts are knocked out of both?</summary>
/// <param name="Gap">The mean gap over the knock-outs (<see cref="Measures.CompletenessGap"/>).</param>
/// <param name="KnockOuts">Each knock-out with its own gap.</param>
/// <param name="HeldOut">Whether the prompts are others than those the circuit was found on.</param>
public sealed record Completeness(Estimate Gap, IReadOnlyList<KnockOut> KnockOuts, bool HeldOut) : IFinding
{
    /// <summary>The knock-out under which circuit and model differ most, or null where none was made.</summary>
    public KnockOut? Worst => KnockOuts.MaxBy(knockOut => knockOut.Gap);

    /// <inheritdoc/>
    public Outcome Outcome => HeldOut && KnockOuts.Count > 0
        ? Gap.AtMost(Thresholds.CompletenessGap).Over(Gap.N)
        : Outcome.Undecided;

    /// <inheritdoc/>
    public string Sentence =>
        $"Over {Words.Count(KnockOuts.Count, "knock-out")} circuit and model differ by {Gap} of the behaviour, "
        + $"where at most {Words.Number(Thresholds.CompletenessGap)} is asked"
        + (Worst is { } worst ? $"; they differ most ({Words.Number(worst.Gap)}) without {worst.Members}" : "")
        + Prompts.Note(HeldOut) + Outcomes.TooFew(Gap.N) + ".";
}

/// <summary>Parts knocked out of both circuit and model, and by how much the two then differ.</summary>
/// <param name="Members">The parts, in words, such as "a2.h3, m1".</param>
/// <param name="Gap">|m(C∖K) − m(M∖K)| / |m(M) − m(∅)|.</param>
public sealed record KnockOut(string Members, double Gap);
