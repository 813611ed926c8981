namespace Hooke.Models;

/// <summary>What a forward pass computes: whose positions, which of them, and what was kept of those before.</summary>
/// <param name="Tokens">The sequences, whole.</param>
/// <param name="Stretch">The positions computed.</param>
/// <param name="LastOnly">Whether logits are wanted only at each sequence's last token.</param>
/// <param name="Past">Keys and values of the positions before; null where the stretch begins at the first.</param>
internal sealed record Pass(TokenBatch Tokens, Stretch Stretch, bool LastOnly, Past? Past = null)
{
    /// <summary>A pass over all positions.</summary>
    public static Pass Whole(TokenBatch tokens, bool lastOnly) => new(tokens, Stretch.Whole(tokens), lastOnly);
}
