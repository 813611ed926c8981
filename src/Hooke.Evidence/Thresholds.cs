namespace Hooke.Evidence;

/// <summary>Every number a verdict depends on, in one place; docs/evidence.md argues them.</summary>
public static class Thresholds
{
    /// <summary>
    /// Fewer prompts decide nothing: a bootstrap interval over a handful of prompts is too narrow to be believed.
    /// </summary>
    public const int Prompts = 20;

    /// <summary>Fewer random controls decide nothing: among 20, one lucky draw is still 5 %.</summary>
    public const int Controls = 20;

    /// <summary>
    /// The largest one-sided p = (1 + as good) / (1 + controls) that supports: none of 100 random circuits does as
    /// well.
    /// </summary>
    public const double ControlP = 0.01;

    /// <summary>The share of random controls doing as well beyond which the claim is contradicted.</summary>
    public const double ControlShare = 0.05;

    /// <summary>The share of prompts on which the model must do the behaviour: better than a coin.</summary>
    public const double Accuracy = 0.5;

    /// <summary>
    /// The least faithfulness, for the interval's low end: the circuit alone gives back four fifths of the behaviour.
    /// </summary>
    public const double Faithfulness = 0.8;

    /// <summary>
    /// The most faithfulness: a circuit that overshoots by more than a fifth leaves out what holds the model back.
    /// </summary>
    public const double FaithfulnessCap = 1.2;

    /// <summary>
    /// The largest mean completeness gap, for the interval's high end: what circuit and model may differ by.
    /// </summary>
    public const double CompletenessGap = 0.2;

    /// <summary>A member whose interval holds zero and stays within this share of the behaviour is idle.</summary>
    public const double Idle = 0.01;

    /// <summary>The share of counterfactual prompts that must move as predicted, for the interval's low end.</summary>
    public const double Predicted = 0.75;

    /// <summary>How many kinds of ablation must agree: zero, mean and resample.</summary>
    public const int AblationKinds = 3;

    /// <summary>The share of a circuit's members that an independent method must find too.</summary>
    public const double Shared = 0.5;
}
