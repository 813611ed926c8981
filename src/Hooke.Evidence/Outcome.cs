namespace Hooke.Evidence;

/// <summary>What a test says of the claim, from best to worst.</summary>
public enum Outcome
{
    /// <summary>The whole interval is on the claim's side of the threshold.</summary>
    Supports,

    /// <summary>The interval straddles the threshold, or too few prompts or controls were used.</summary>
    Undecided,

    /// <summary>The whole interval misses the threshold: the tier that needs this test cannot be reached.</summary>
    FallsShort,

    /// <summary>The claim itself is false: what it predicts does not happen, or chance does as well.</summary>
    Contradicts,
}

/// <summary>A test that was run, with numbers, and what follows from them.</summary>
public interface IFinding
{
    /// <summary>What the numbers say of the claim.</summary>
    Outcome Outcome { get; }

    /// <summary>The numbers in one sentence.</summary>
    string Sentence { get; }
}

static class Outcomes
{
    public static Outcome Worst(params IEnumerable<Outcome> outcomes) => outcomes.Max();

    public static Outcome AtLeast(this Estimate estimate, double threshold) =>
        estimate.Low >= threshold ? Outcome.Supports
        : estimate.High < threshold ? Outcome.FallsShort
        : Outcome.Undecided;

    public static Outcome AtMost(this Estimate estimate, double threshold) =>
        estimate.High <= threshold ? Outcome.Supports
        : estimate.Low > threshold ? Outcome.FallsShort
        : Outcome.Undecided;

    /// <summary>Faithfulness close enough to 1.</summary>
    public static Outcome Faithful(this Estimate estimate) =>
        estimate.Low > Thresholds.FaithfulnessCap ? Outcome.FallsShort
        : estimate.Value > Thresholds.FaithfulnessCap ? Outcome.Undecided
        : estimate.AtLeast(Thresholds.Faithfulness);

    /// <summary>The outcome, unless there are too few prompts to believe any interval.</summary>
    public static Outcome Over(this Outcome outcome, int prompts) =>
        prompts < Thresholds.Prompts ? Outcome.Undecided : outcome;

    /// <summary>What is lacking where there are too few prompts, as an ending of a sentence.</summary>
    public static string TooFew(int prompts) => prompts < Thresholds.Prompts
        ? $"; {Words.Count(prompts, "prompt")} cannot decide it, {Thresholds.Prompts} can"
        : "";
}
