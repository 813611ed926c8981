using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Keys and values of the positions before those that a pass computes.</summary>
internal abstract class Past
{
    /// <summary>
    /// Keys and values [batch, ≥ pos, kv_head, d_head] of all positions up to the pass's last; the caller's to dispose.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="k">Its keys at the positions that the pass computes, after rotary embedding.</param>
    /// <param name="v">Its values there.</param>
    /// <param name="stretch">These positions.</param>
    public abstract (Tensor Keys, Tensor Values) Join(int layer, Tensor k, Tensor v, Stretch stretch);
}
