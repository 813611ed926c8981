namespace Hooke.Evidence;

/// <summary>
/// Does taking out a graph's sources do to the targets of its edges what the edges say, in the frozen model exactly and in the
/// living one in direction, more than to targets that it has no edge to?
/// </summary>
/// <param name="Edges">How many edges were tried: all of the graph's.</param>
/// <param name="Disagreeing">How many of them the frozen model does not bear out.</param>
/// <param name="LargestDifference">The largest relative difference of an edge's weight from the frozen model's.</param>
/// <param name="Signs">The share of edges whose effect keeps its sign where attention and norms react.</param>
/// <param name="BeyondControls">
/// The share of edges whose effect there is larger than that of a matched pair without an edge.
/// </param>
public sealed record GraphAgreement(
    int Edges, int Disagreeing, double LargestDifference, Estimate Signs, Estimate BeyondControls) : IFinding
{
    /// <inheritdoc/>
    public Outcome Outcome => Disagreeing > 0 ? Outcome.Contradicts : Decided.Over(Signs.N);

    /// <inheritdoc/>
    public string Sentence =>
        (Disagreeing == 0
            ? $"All {Words.Count(Edges, "edge")} are what the frozen model does when their sources are taken out"
            : $"{Disagreeing} of {Words.Count(Edges, "edge")} are not what the frozen model does when their sources are "
                + $"taken out")
        + $" (largest relative difference {Words.Number(LargestDifference)}); where attention and norms may react "
        + $"{Signs.InPercent()} keep their sign and {BeyondControls.InPercent()} are larger than a matched pair without an edge"
        + (Signs.N < Thresholds.Prompts
            ? $"; {Words.Count(Signs.N, "source")} cannot decide it, {Thresholds.Prompts} can." : ".");

    Outcome Decided =>
        Signs.High < 0.5 || BeyondControls.High < 0.5 ? Outcome.Contradicts
        : Outcomes.Worst(
            Signs.AtLeast(Thresholds.Predicted),
            BeyondControls.Low > 0.5 ? Outcome.Supports : Outcome.Undecided);
}
