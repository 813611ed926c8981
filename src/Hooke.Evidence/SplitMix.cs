namespace Hooke.Evidence;

/// <summary>A counter-based random stream: number <c>i</c> is a pure function of (seed, i).</summary>
/// <remarks>Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"
/// (SplitMix64).</remarks>
readonly record struct SplitMix(ulong Seed)
{
    /// <summary>64 random bits at a place of the stream.</summary>
    public ulong Bits(ulong counter)
    {
        ulong z = Seed + (counter + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number in [0, <paramref name="below"/>).</summary>
    public int Below(int below, ulong counter) => (int)Math.BigMul(Bits(counter), (ulong)below, out _);
}
