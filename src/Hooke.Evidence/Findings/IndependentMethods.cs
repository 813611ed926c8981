namespace Hooke.Evidence;

/// <summary>Do methods that share nothing with the first find the same circuit?</summary>
/// <param name="Methods">Each other method with what it found.</param>
public sealed record IndependentMethods(IReadOnlyList<MethodResult> Methods) : IFinding
{
    /// <inheritdoc/>
    public Outcome Outcome => Methods.Count == 0
        ? Outcome.Undecided
        : Outcomes.Worst(Methods.Select(Judged));

    /// <inheritdoc/>
    public string Sentence => Methods.Count == 0
        ? "No independent method was tried."
        : string.Join("; ", Methods.Select(found =>
            $"{found.Method} finds {Words.Number(100 * found.Shared)} % of the circuit's members "
            + $"({Words.Number(100 * found.SharedByChance)} % by chance), and its own gives back {found.Faithfulness}"))
            + Outcomes.TooFew(Methods.Min(found => found.Faithfulness.N)) + ".";

    static Outcome Judged(MethodResult found)
    {
        bool agrees = found.Shared >= Thresholds.Shared && found.Shared > found.SharedByChance;
        return Outcomes.Worst(agrees ? Outcome.Supports : Outcome.FallsShort, found.Faithfulness.Faithful())
            .Over(found.Faithfulness.N);
    }
}

/// <summary>A circuit of the same size that another method found.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Shared">The share of the claimed circuit's members it holds, 0 to 1.</param>
/// <param name="SharedByChance">That share for a random circuit of the size.</param>
/// <param name="Faithfulness">Its own faithfulness.</param>
public sealed record MethodResult(string Method, double Shared, double SharedByChance, Estimate Faithfulness);
