using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>An intervention with a prediction made beforehand, and what happened.</summary>
/// <param name="Address">Where, in an address' text form.</param>
/// <param name="Kind">What, such as "replace" or "zero-ablate".</param>
/// <param name="Predicted">What the claim predicts, in words.</param>
/// <param name="Before">The mean metric without it.</param>
/// <param name="After">The mean metric with it.</param>
/// <param name="Shift">The mean shift of the metric, positive in the predicted direction.</param>
/// <param name="Share">The share of prompts that moved as predicted.</param>
public sealed record TargetedIntervention(
    string Address, string Kind, string Predicted, double Before, double After, Estimate Shift, Estimate Share);
