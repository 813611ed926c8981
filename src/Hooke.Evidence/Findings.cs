using System.Text.Json.Serialization;

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

    /// <summary>
    /// Does an attribution graph hold on its prompt? Null, and no part of the ladder, for claims without a graph.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GraphAgreement? Graph { get; init; }

    /// <summary>
    /// Every test in the order of the ladder, with the tier that needs it; absent ones have a null finding.
    /// </summary>
    public IReadOnlyList<Test> Tests() =>
    [
        .. Graph is null ? Array.Empty<Test>() : [new("graph", "Does every edge do what the graph says?",
            "The graph's edges were not tried.", Tier.CausallySuggestive, Graph)],
        new("behaviour", "Does the model do it at all?",
            "Whether the model does the behaviour was not tested.", Tier.CausallySuggestive, Behaviour),
        new("necessity", "Does it break when the circuit is cut?",
            "The circuit was not ablated.", Tier.CausallySuggestive, Necessity),
        new("sufficiency", "Is the circuit enough on its own?",
            "The circuit was not run alone.", Tier.MechanisticallySupported, Sufficiency),
        new("completeness", "Does the circuit break the way the model breaks?",
            "No knock-outs were compared.", Tier.MechanisticallySupported, Completeness),
        new("minimality", "Is every part of it needed?",
            "No member's contribution was measured.", Tier.MechanisticallySupported, Minimality),
        new("prediction", "Can we say beforehand what tampering does?",
            "No targeted intervention was made.", Tier.Triangulated, Prediction),
        new("robustness", "Does it matter how the rest is switched off?",
            "No other kind of ablation was tried.", Tier.Triangulated, Robustness),
        new("independent methods", "Do other methods find the same parts?",
            "No independent method was tried.", Tier.Triangulated, IndependentMethods),
        new("generality", "Does it hold on other prompts?",
            "No other family of prompts was tried.", Tier.Validated, Generality),
        new("run again", "Did somebody else get the same result?",
            "Nobody else is known to have run it again.", Tier.Validated, RunAgain),
    ];
}

/// <summary>A test of the ladder.</summary>
/// <param name="Name">Its name in words.</param>
/// <param name="Question">What it asks, for a newcomer.</param>
/// <param name="Absent">What is said where it was not run.</param>
/// <param name="NeededFor">The tier that cannot be reached without it.</param>
/// <param name="Finding">What was found, or null where it was not run.</param>
public sealed record Test(string Name, string Question, string Absent, Tier NeededFor, IFinding? Finding)
{
    /// <summary>The finding in one sentence, or that there is none.</summary>
    public string Sentence => Finding?.Sentence ?? Absent;

    /// <summary>"supports", "undecided", "falls short", "contradicts" or "not run".</summary>
    public string OutcomeText => Finding is null ? "not run" : Words.FromName(Finding.Outcome.ToString());
}
