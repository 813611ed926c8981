namespace Hooke.Evidence;

/// <summary>
/// A statement about a model's machinery, with its evidence and coverage; its tier follows from the evidence.
/// </summary>
/// <param name="Sentence">The statement.</param>
/// <param name="Evidence">The tests that bear on it.</param>
/// <param name="Coverage">What it is about and what it leaves open.</param>
/// <exception cref="ClaimRefusedException">The sentence or a part of the coverage says nothing.</exception>
public sealed record Claim(string Sentence, Findings Evidence, Coverage Coverage)
{
    /// <summary>The statement.</summary>
    public string Sentence { get; } = Checked(Sentence, Coverage);

    /// <summary>The tests that bear on it.</summary>
    public Findings Evidence { get; } = Evidence;

    /// <summary>What it is about and what it leaves open.</summary>
    public Coverage Coverage { get; } = Coverage;

    /// <summary>The tier its evidence gives.</summary>
    public Verdict Verdict => TierRule.Compute(Evidence);

    /// <summary>The same claim with more, or other, evidence.</summary>
    public Claim With(Findings evidence) => new(Sentence, evidence, Coverage);

    static string Checked(string sentence, Coverage coverage)
    {
        List<string> holes = [.. coverage.Holes()];
        if (string.IsNullOrWhiteSpace(sentence))
            holes.Insert(0, "the claim itself");
        return holes.Count == 0 ? sentence : throw new ClaimRefusedException(holes);
    }
}

/// <summary>A claim was refused because its coverage has holes.</summary>
public sealed class ClaimRefusedException(IReadOnlyList<string> holes)
    : Exception($"The claim is refused because nothing is said of: {string.Join(", ", holes)}.")
{
    /// <summary>What nothing is said of.</summary>
    public IReadOnlyList<string> Holes { get; } = holes;
}
