namespace Hooke.Evidence;

/// <summary>How well a claim stands, from worst to best; computed by <see cref="TierRule"/>, never chosen.</summary>
/// <remarks>The names are those of the Mechanistic Validity framework.</remarks>
public enum Tier
{
    /// <summary>A test ran and contradicts the claim.</summary>
    Disconfirmed,

    /// <summary>Tests ran and do not decide.</summary>
    Underdetermined,

    /// <summary>A label, a picture, a graph or a probe: nothing was intervened on.</summary>
    Proposed,

    /// <summary>Ablating it degrades the behaviour beyond matched random controls.</summary>
    CausallySuggestive,

    /// <summary>And it is enough: faithful, complete and minimal on prompts it was not found on.</summary>
    MechanisticallySupported,

    /// <summary>And predictions, other ablations and independent methods agree.</summary>
    Triangulated,

    /// <summary>And it holds on other prompts, and somebody else ran it again with the same result.</summary>
    Validated,
}

/// <summary>Tiers in words.</summary>
public static class TierText
{
    /// <summary>"mechanistically supported" and the like.</summary>
    public static string Text(this Tier tier) => Words.FromName(tier.ToString());

    /// <summary>What the tier means, for a newcomer.</summary>
    public static string Meaning(this Tier tier) => tier switch
    {
        Tier.Disconfirmed => "a test ran and contradicts the claim",
        Tier.Underdetermined => "tests ran and do not decide",
        Tier.Proposed => "a label, a picture or a graph: nothing was intervened on yet",
        Tier.CausallySuggestive => "cutting it breaks the behaviour; cutting as many random parts does not",
        Tier.MechanisticallySupported => "it does the job alone, responds as the model does, and has no idle part",
        Tier.Triangulated => "predictions, other ablations and independent methods agree",
        _ => "it holds on other prompts, and somebody else got the same result",
    };
}
