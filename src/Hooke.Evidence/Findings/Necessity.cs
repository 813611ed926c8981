namespace Hooke.Evidence;

/// <summary>
/// Does ablating the circuit's edges degrade the behaviour, more than ablating as many random edges outside it does?
/// </summary>
/// <param name="Drop">The share of the behaviour lost (<see cref="Measures.Drop"/>).</param>
/// <param name="Beyond">The drop less the controls' mean drop (<see cref="Measures.DropBeyondControls"/>).</param>
/// <param name="Controls">The drop of each random set of as many edges outside the circuit.</param>
public sealed record Necessity(Estimate Drop, Estimate Beyond, IReadOnlyList<double> Controls) : IFinding
{
    /// <summary>How many controls degrade the behaviour at least as much.</summary>
    public int AsGood => Controls.Count(control => control >= Drop.Value);

    /// <summary>The one-sided p of the controls: (1 + as good) / (1 + controls).</summary>
    public double P => Against.P;

    /// <inheritdoc/>
    public Outcome Outcome => Outcomes.Worst(Degrades, Against.Outcome).Over(Drop.N);

    /// <inheritdoc/>
    public string Sentence =>
        $"Ablating the circuit's edges removes {Drop} of the behaviour, "
        + $"{Beyond} beyond what as many random edges outside it remove; {Against.Sentence}{Outcomes.TooFew(Drop.N)}.";

    Controls Against => new(Controls.Count, AsGood);

    Outcome Degrades =>
        Beyond.Low > 0 && Drop.Low > 0 ? Outcome.Supports
        : Beyond.High <= 0 || Drop.High <= 0 ? Outcome.Contradicts
        : Outcome.Undecided;
}
