namespace Hooke.Evidence;

/// <summary>
/// Does a targeted intervention move the output the way the claim predicts, on counterfactual prompts?
/// </summary>
/// <param name="Intervention">What was done where, and what was predicted, in words.</param>
/// <param name="Share">The share of prompts that moved as predicted.</param>
/// <param name="Shift">The mean shift of the metric, positive in the predicted direction.</param>
public sealed record Prediction(string Intervention, Estimate Share, Estimate Shift) : IFinding
{
    /// <inheritdoc/>
    public Outcome Outcome => Decided.Over(Share.N);

    /// <inheritdoc/>
    public string Sentence =>
        $"{Intervention}: {Share.InPercent()} of {Words.Count(Share.N, "counterfactual prompt")} move as predicted, "
        + $"by {Shift} on average{Outcomes.TooFew(Share.N)}.";

    Outcome Decided =>
        Shift.High <= 0 || Share.High < 0.5 ? Outcome.Contradicts
        : Outcomes.Worst(
            Shift.Low > 0 ? Outcome.Supports : Outcome.Undecided,
            Share.AtLeast(Thresholds.Predicted));
}
