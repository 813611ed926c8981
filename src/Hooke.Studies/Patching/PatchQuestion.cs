using Hooke.Models;

namespace Hooke.Studies;

/// <summary>What is patched.</summary>
public enum PatchedPart
{
    /// <summary>The residual stream entering each layer, by position.</summary>
    Residual,

    /// <summary>What attention adds, by position.</summary>
    Attention,

    /// <summary>What the MLP adds, by position.</summary>
    Mlp,

    /// <summary>Each head's mixed values.</summary>
    Heads,

    /// <summary>Each head's queries.</summary>
    Queries,

    /// <summary>Each key head's keys.</summary>
    Keys,

    /// <summary>Each key head's values.</summary>
    Values,

    /// <summary>Each head's attention pattern.</summary>
    Patterns,

    /// <summary>Each neuron.</summary>
    Neurons,

    /// <summary>The paths from each component to some readers.</summary>
    Paths,
}

/// <summary>How the effect of a patch is had.</summary>
public enum PatchMethod
{
    /// <summary>By running it.</summary>
    Patch,

    /// <summary>By the gradient: attribution patching.</summary>
    Atp,

    /// <summary>By the gradient, queries and keys through the softmax: the first of AtP*'s corrections, with signs.</summary>
    AtpThroughSoftmax,

    /// <summary>By gradients corrected for saturated attention and cancelling effects: AtP*.</summary>
    AtpStar,
}

/// <summary>What is asked of patching.</summary>
/// <param name="Part">What is patched.</param>
/// <param name="Method">How its effect is had.</param>
public sealed record PatchQuestion(PatchedPart Part, PatchMethod Method = PatchMethod.Patch)
{
    /// <summary>For paths: who reads.</summary>
    public IReadOnlyList<Address> Readers { get; init; } = [];

    /// <summary>For paths: whether they may pass through MLPs.</summary>
    public bool ThroughMlps { get; init; }
}

/// <summary>One place, and what patching it does.</summary>
/// <param name="Place">An address; for paths, a component such as <c>a2.h3</c>.</param>
/// <param name="Value">The share of the behaviour that is restored; for paths, the share that is lost.</param>
public readonly record struct PatchedPlace(string Place, double Value);

/// <summary>What patching found.</summary>
/// <param name="Meaning">What a value is, in one sentence.</param>
/// <param name="Places">Every place, layer by layer.</param>
/// <param name="Map">The values to be drawn.</param>
/// <param name="Clean">The mean logit difference of the clean prompts, unpatched.</param>
/// <param name="Counterfactual">That of the counterfactuals.</param>
public sealed record PatchAnswer(
    string Meaning, IReadOnlyList<PatchedPlace> Places, Heatmap Map, double Clean, double Counterfactual);
