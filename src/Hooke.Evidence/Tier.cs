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
}
