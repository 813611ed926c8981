namespace Hooke.Evidence;

/// <summary>
/// Does the circuit alone, all else ablated, still do the behaviour, where random circuits of its size do not?
/// </summary>
/// <param name="Faithfulness">(m(C) − m(∅)) / (m(M) − m(∅)) (<see cref="Measures.Faithfulness"/>).</param>
/// <param name="Controls">The faithfulness of each random circuit with as many edges.</param>
/// <param name="HeldOut">Whether the prompts are others than those the circuit was found on.</param>
public sealed record Sufficiency(Estimate Faithfulness, IReadOnlyList<double> Controls, bool HeldOut) : IFinding
{
    /// <summary>How many random circuits come at least as close to 1.</summary>
    public int AsGood => Controls.Count(control => Math.Abs(1 - control) <= Math.Abs(1 - Faithfulness.Value));

    /// <summary>The one-sided p of the controls: (1 + as good) / (1 + controls).</summary>
    public double P => Against.P;

    /// <inheritdoc/>
    public Outcome Outcome => HeldOut
        ? Outcomes.Worst(Faithfulness.Faithful(), Against.Outcome).Over(Faithfulness.N)
        : Outcome.Undecided;

    /// <inheritdoc/>
    public string Sentence =>
        $"The circuit alone gives back {Faithfulness} of the behaviour, "
        + $"where {Words.Number(Thresholds.Faithfulness)} to {Words.Number(Thresholds.FaithfulnessCap)} is asked; "
        + Against.Sentence + Prompts.Note(HeldOut) + Outcomes.TooFew(Faithfulness.N) + ".";

    Controls Against => new(Controls.Count, AsGood);
}

static class Prompts
{
    public static string Note(bool heldOut) => heldOut ? "" : "; but the circuit was found on these very prompts";
}
