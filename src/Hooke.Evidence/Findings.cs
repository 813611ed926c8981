namespace Hooke.Evidence;

/// <summary>All the tests of one claim; what was not run is null.</summary>
public sealed record Findings
{
    /// <summary>Does the model do the behaviour?</summary>
    public BehaviourCheck? Behaviour { get; init; }

    /// <summary>Does ablating the circuit degrade the behaviour beyond chance?</summary>
    public Necessity? Necessity { get; init; }

    /// <summary>Is the circuit alone faithful?</summary>
    public Sufficiency? Sufficiency { get; init; }

    /// <summary>Do circuit and model respond alike to knock-outs?</summary>
    public Completeness? Completeness { get; init; }

    /// <summary>Does every member contribute?</summary>
    public Minimality? Minimality { get; init; }

    /// <summary>Does a targeted intervention do what the claim predicts?</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>Do other kinds of ablation agree?</summary>
    public Robustness? Robustness { get; init; }

    /// <summary>Do independent methods agree?</summary>
    public IndependentMethods? IndependentMethods { get; init; }

    /// <summary>Does it hold on other prompts?</summary>
    public Generality? Generality { get; init; }

    /// <summary>Did somebody else get the same result?</summary>
    public RunAgain? RunAgain { get; init; }

    /// <summary>Every test in the order of the ladder, with the tier that needs it; absent ones have a null finding.</summary>
    public IReadOnlyList<Test> Tests() =>
    [
        new("behaviour", Tier.CausallySuggestive, Behaviour),
        new("necessity", Tier.CausallySuggestive, Necessity),
        new("sufficiency", Tier.MechanisticallySupported, Sufficiency),
        new("completeness", Tier.MechanisticallySupported, Completeness),
        new("minimality", Tier.MechanisticallySupported, Minimality),
        new("prediction", Tier.Triangulated, Prediction),
        new("robustness", Tier.Triangulated, Robustness),
        new("independent methods", Tier.Triangulated, IndependentMethods),
        new("generality", Tier.Validated, Generality),
        new("run again", Tier.Validated, RunAgain),
    ];
}

/// <summary>A test of the ladder.</summary>
/// <param name="Name">Its name in words.</param>
/// <param name="NeededFor">The tier that cannot be reached without it.</param>
/// <param name="Finding">What was found, or null where it was not run.</param>
public sealed record Test(string Name, Tier NeededFor, IFinding? Finding)
{
    /// <summary>The finding in one sentence, or that there is none.</summary>
    public string Sentence => Finding?.Sentence ?? $"No test of {Name} was run.";
}
