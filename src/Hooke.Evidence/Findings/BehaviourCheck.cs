namespace Hooke.Evidence;

/// <summary>Does the model do the behaviour at all, on prompts the circuit was not found on?</summary>
/// <param name="Accuracy">The share of prompts on which the model does it.</param>
/// <param name="Metric">The mean metric, positive where the model does the behaviour.</param>
/// <param name="MetricName">The metric and its unit, such as "logit difference (nats)".</param>
public sealed record BehaviourCheck(Estimate Accuracy, Estimate Metric, string MetricName) : IFinding
{
    /// <inheritdoc/>
    public Outcome Outcome => Decided.Over(Accuracy.N);

    /// <inheritdoc/>
    public string Sentence =>
        $"The model does it on {Accuracy.InPercent()} of {Words.Count(Accuracy.N, "prompt")}, "
        + $"with a mean {MetricName} of {Metric}{Outcomes.TooFew(Accuracy.N)}.";

    Outcome Decided =>
        Accuracy.Low > Thresholds.Accuracy && Metric.Low > 0 ? Outcome.Supports
        : Accuracy.High < Thresholds.Accuracy || Metric.High <= 0 ? Outcome.Contradicts
        : Outcome.Undecided;
}
