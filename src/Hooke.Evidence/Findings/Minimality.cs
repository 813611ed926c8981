namespace Hooke.Evidence;

/// <summary>Does every member of the circuit contribute?</summary>
/// <param name="Contributions">Each member with what the circuit loses without it.</param>
/// <param name="HeldOut">Whether the prompts are others than those the circuit was found on.</param>
/// <exception cref="ArgumentException">There is no member.</exception>
public sealed record Minimality(IReadOnlyList<Contribution> Contributions, bool HeldOut) : IFinding
{
    /// <summary>Each member with what the circuit loses without it.</summary>
    public IReadOnlyList<Contribution> Contributions { get; init; } = Contributions.Count > 0
        ? Contributions
        : throw new ArgumentException("Minimality is a property of members, and the circuit has none.");

    /// <summary>The member that contributes least, whichever way.</summary>
    public Contribution Least => Contributions.MinBy(member => Math.Abs(member.Effect.Value))!;

    /// <inheritdoc/>
    public Outcome Outcome => HeldOut
        ? Contributions.Max(member => member.Outcome)
        : Outcome.Undecided;

    /// <inheritdoc/>
    public string Sentence
    {
        get
        {
            int idle = Contributions.Count(member => member.Outcome == Outcome.FallsShort);
            int unsure = Contributions.Count(member => member.Outcome == Outcome.Undecided);
            string all = idle + unsure == 0
                ? $"Each of {Words.Count(Contributions.Count, "member")} contributes beyond the noise"
                : $"Of {Words.Count(Contributions.Count, "member")}, {idle} are idle and {unsure} not beyond the noise";
            return $"{all}; the least is {Least.Member} with {Least.Effect} of the behaviour"
                + Prompts.Note(HeldOut) + Outcomes.TooFew(Least.Effect.N) + ".";
        }
    }
}

/// <summary>A member of a circuit and what the circuit loses without it.</summary>
/// <param name="Member">The edge or component, such as "a2.h3->logits".</param>
/// <param name="Effect">(m(C) − m(C∖e)) / (m(M) − m(∅)), negative where the member holds the behaviour back.</param>
public sealed record Contribution(string Member, Estimate Effect)
{
    /// <summary>Supports where the interval leaves out zero, falls short where the member is idle.</summary>
    public Outcome Outcome => Decided.Over(Effect.N);

    Outcome Decided =>
        Effect.Low > 0 || Effect.High < 0 ? Outcome.Supports
        : Effect.Low >= -Thresholds.Idle && Effect.High <= Thresholds.Idle ? Outcome.FallsShort
        : Outcome.Undecided;
}
