namespace Hooke.Circuits;

/// <summary>What a head carries of an edge.</summary>
/// <param name="Layer">The head's layer.</param>
/// <param name="Head">The head.</param>
/// <param name="Alone">Over paths that pass this head and no other.</param>
/// <param name="First">Over paths that pass this head first.</param>
/// <param name="Last">Over paths that pass this head last.</param>
public readonly record struct HeadLoading(int Layer, int Head, double Alone, double First, double Last);

/// <summary>
/// An edge divided up by the heads that carried it: weight = direct + Σ last = direct + Σ first, over heads, exactly.
/// </summary>
/// <remarks>
/// A path goes from where the source is written to where the target is read: along its position in the stream, and through
/// one head or several from position to position. Paths of several heads are counted once under their first head and once
/// under their last: the two divide up the same weight.
/// </remarks>
/// <param name="Source">The node that writes.</param>
/// <param name="Target">The node that reads.</param>
/// <param name="Weight">What the source adds to the target's pre-activation or logit.</param>
/// <param name="Direct">What it adds through no head: 0 unless both stand at one position.</param>
/// <param name="Heads">The heads, layer by layer.</param>
public sealed record HeadLoadings(
    TraceNode Source, TraceNode Target, double Weight, double Direct, IReadOnlyList<HeadLoading> Heads)
{
    /// <summary>What it adds over paths of two heads or more.</summary>
    public double ThroughSeveral => Weight - Direct - Heads.Sum(head => head.Alone);
}
