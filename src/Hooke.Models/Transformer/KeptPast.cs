using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Keys and values that a base run kept, for variants that are computed from a later position on.</summary>
/// <param name="kept">The base run's recording, with the keys after rotary embedding and the values of every layer.</param>
/// <param name="keys">Where the recording has the keys.</param>
internal sealed class KeptPast(Recording kept, Site keys) : Past
{
    public override (Tensor Keys, Tensor Values) Join(int layer, Tensor k, Tensor v, Stretch stretch) =>
        (Joined(kept[keys.At(layer)], k, stretch.First(0)), Joined(kept[Site.V.At(layer)], v, stretch.First(0)));

    // Variant after variant, each of the base run's prompts: its first positions, then those of the pass.
    static Tensor Joined(Tensor before, Tensor computed, int first)
    {
        if (first == 0)
            return computed.Share();
        (int prompts, int positions, int width) = (before.Shape[0], before.Shape[1], before.Shape[2] * before.Shape[3]);
        int old = first * width, added = computed.Shape[1] * width;
        Tensor joined = Tensor.Zeros(computed.Shape[0], positions, before.Shape[2], before.Shape[3]);
        for (int s = 0; s < computed.Shape[0]; s++)
        {
            before.Data.Slice(s % prompts * positions * width, old).CopyTo(joined.Data[(s * (old + added))..]);
            computed.Data.Slice(s * added, added).CopyTo(joined.Data[((s * (old + added)) + old)..]);
        }
        return joined;
    }
}
