namespace Hooke.Evidence;

/// <summary>Is the circuit faithful whichever way the rest is ablated?</summary>
/// <param name="Kinds">Each kind of ablation with the circuit's faithfulness under it.</param>
public sealed record Robustness(IReadOnlyList<AblationKind> Kinds) : IFinding
{
    /// <inheritdoc/>
    public Outcome Outcome => Outcomes.Worst(
        [Kinds.Count < Thresholds.AblationKinds ? Outcome.Undecided : Outcome.Supports, .. Kinds.Select(Judged)]);

    /// <inheritdoc/>
    public string Sentence => Kinds.Count == 0
        ? "No other kind of ablation was tried."
        : $"Faithfulness under {string.Join(", ", Kinds.Select(kind => $"{kind.Kind} ablation {kind.Faithfulness}"))}"
            + $"; {Thresholds.AblationKinds} kinds are asked, each {Words.Number(Thresholds.Faithfulness)} "
            + $"to {Words.Number(Thresholds.FaithfulnessCap)}"
            + Outcomes.TooFew(Kinds.Min(kind => kind.Faithfulness.N)) + ".";

    static Outcome Judged(AblationKind kind) => kind.Faithfulness.Faithful().Over(kind.Faithfulness.N);
}

/// <summary>A kind of ablation ("zero", "mean", "resample") and the circuit's faithfulness under it.</summary>
public sealed record AblationKind(string Kind, Estimate Faithfulness);
