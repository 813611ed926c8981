namespace Hooke.Evidence.Tests;

/// <summary>Made-up findings of a wished-for outcome.</summary>
static class Made
{
    const string Sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    static readonly string Other = new('0', 64);

    public static Findings AllSupporting => With(new Findings(), [.. Names.Select(name => (name, Outcome.Supports))]);

    public static IReadOnlyList<string> Names => [.. new Findings().Tests().Select(test => test.Name)];

    public static Findings With(Findings findings, params IEnumerable<(string Name, Outcome Outcome)> all)
    {
        foreach ((string name, Outcome outcome) in all)
            findings = With(findings, name, outcome);
        return findings;
    }

    /// <summary>The outcomes a test can have.</summary>
    public static IReadOnlyList<Outcome> OutcomesOf(string name) => name switch
    {
        "behaviour" or "necessity" => [Outcome.Supports, Outcome.Undecided, Outcome.Contradicts],
        "run again" => [Outcome.Supports, Outcome.Contradicts],
        "sufficiency" or "prediction" => Enum.GetValues<Outcome>(),
        _ => [Outcome.Supports, Outcome.Undecided, Outcome.FallsShort],
    };

    public static Findings Without(Findings findings, string name) => name switch
    {
        "behaviour" => findings with { Behaviour = null },
        "necessity" => findings with { Necessity = null },
        "sufficiency" => findings with { Sufficiency = null },
        "completeness" => findings with { Completeness = null },
        "minimality" => findings with { Minimality = null },
        "prediction" => findings with { Prediction = null },
        "robustness" => findings with { Robustness = null },
        "independent methods" => findings with { IndependentMethods = null },
        "generality" => findings with { Generality = null },
        _ => findings with { RunAgain = null },
    };

    public static Findings With(Findings findings, string name, Outcome outcome) => name switch
    {
        "behaviour" => findings with { Behaviour = Behaviour(outcome) },
        "necessity" => findings with { Necessity = Necessity(outcome) },
        "sufficiency" => findings with { Sufficiency = Sufficiency(outcome) },
        "completeness" => findings with { Completeness = new(AtMost(0.2, outcome), [new("m0", 0.1)], HeldOut: true) },
        "minimality" => findings with { Minimality = Minimality(outcome) },
        "prediction" => findings with { Prediction = Prediction(outcome) },
        "robustness" => findings with
        {
            Robustness = new([new("zero", Faithful(outcome)), new("mean", Around(1)), new("resample", Around(1))]),
        },
        "independent methods" => findings with
        {
            IndependentMethods = new([new("activation patching", 0.8, 0.1, Faithful(outcome))]),
        },
        "generality" => findings with
        {
            Generality = new(
            [
                new("questions", FamilyKind.Paraphrased, Around(1)), new("seed 2", FamilyKind.Reseeded, Around(1)),
                new("traps", FamilyKind.Adversarial, Faithful(outcome)),
            ]),
        },
        _ => findings with { RunAgain = new("A stranger", Sha, outcome == Outcome.Supports ? Sha : Other) },
    };

    /// <summary>value ± half over n prompts.</summary>
    public static Estimate Around(double value, double half = 0.01, int n = 100) =>
        new(value, value - half, value + half, n, Bootstrap.Method, 1);

    public static double[] Controls(int count, double value, int asGood = 0, double good = 1) =>
        [.. Enumerable.Range(0, count).Select(i => i < asGood ? good : value)];

    static Estimate Faithful(Outcome outcome) => outcome switch
    {
        Outcome.Supports => Around(0.95),
        Outcome.Undecided => Around(0.8, 0.05),
        _ => Around(0.5),
    };

    static Estimate AtMost(double threshold, Outcome outcome) => outcome switch
    {
        Outcome.Supports => Around(threshold / 2),
        Outcome.Undecided => Around(threshold, 0.05),
        _ => Around(threshold * 2),
    };

    static BehaviourCheck Behaviour(Outcome outcome) => outcome switch
    {
        Outcome.Supports => new(Around(0.97), Around(3), "logit difference (nats)"),
        Outcome.Undecided => new(Around(0.52, 0.05), Around(0.1), "logit difference (nats)"),
        _ => new(Around(0.3), Around(-1), "logit difference (nats)"),
    };

    static Necessity Necessity(Outcome outcome) => outcome switch
    {
        Outcome.Supports => new(Around(0.9), Around(0.8), Controls(100, 0.1)),
        Outcome.Undecided => new(Around(0.9), Around(0.8), Controls(100, 0.1, asGood: 3)),
        _ => new(Around(0.1), Around(-0.1), Controls(100, 0.2)),
    };

    static Sufficiency Sufficiency(Outcome outcome) => outcome switch
    {
        Outcome.Contradicts => new(Around(0.95), Controls(100, 0.1, asGood: 30), HeldOut: true),
        _ => new(Faithful(outcome), Controls(100, 0.1), HeldOut: true),
    };

    static Minimality Minimality(Outcome outcome) => new(
        [
            new("input->logits", Around(0.5)),
            new("m0->logits", outcome switch
            {
                Outcome.Supports => Around(0.02),
                Outcome.Undecided => Around(0.02, 0.05),
                _ => Around(0.001, 0.002),
            }),
        ], HeldOut: true);

    static Prediction Prediction(Outcome outcome) => outcome switch
    {
        Outcome.Supports => new("Replacing a2.h3", Around(0.95), Around(2)),
        Outcome.Undecided => new("Replacing a2.h3", Around(0.75, 0.05), Around(2)),
        Outcome.FallsShort => new("Replacing a2.h3", Around(0.6), Around(2)),
        _ => new("Replacing a2.h3", Around(0.6), Around(-2)),
    };
}
