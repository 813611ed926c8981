namespace Hooke.Evidence;

/// <summary>How many random controls do as well as what was found, and how likely that is by chance.</summary>
readonly record struct Controls(int Count, int AsGood)
{
    public double P => (1.0 + AsGood) / (1.0 + Count);

    public Outcome Outcome =>
        Count < Thresholds.Controls ? Outcome.Undecided
        : (double)AsGood / Count > Thresholds.ControlShare ? Outcome.Contradicts
        : P <= Thresholds.ControlP ? Outcome.Supports
        : Outcome.Undecided;

    public string Sentence => Count == 0
        ? "no random control was run"
        : $"{AsGood} of {Words.Count(Count, "random control")} {(AsGood == 1 ? "does" : "do")} as well "
            + $"(p = {Words.Number(P)})";
}
