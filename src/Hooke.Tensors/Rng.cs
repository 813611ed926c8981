namespace Hooke.Tensors;

/// <summary>
/// A counter-based random stream: value <c>i</c> is a pure function of (seed, stream, i), so the same numbers come out
/// on every machine, in any order and on any number of threads.
/// </summary>
/// <remarks>
/// The mixing function is Philox 4x32 with ten rounds. Source: Salmon et al. 2011, "Parallel random numbers: as easy as
/// 1, 2, 3".
/// </remarks>
public readonly record struct Rng(ulong Seed, ulong Stream = 0)
{
    /// <summary>A stream of its own for one purpose, such as "dropout" or "batch-17".</summary>
    public Rng Fork(string purpose)
    {
        ulong hash = 14695981039346656037UL ^ Stream; // FNV-1a over the UTF-16 code units
        foreach (char c in purpose)
            hash = (hash ^ c) * 1099511628211UL;
        return this with { Stream = hash };
    }

    /// <summary>A stream of its own for item <paramref name="index"/> of this one.</summary>
    public Rng Fork(long index) => this with { Stream = Bits((ulong)index) ^ 0x9E3779B97F4A7C15UL };

    /// <summary>64 random bits at a place of the stream.</summary>
    public ulong Bits(ulong counter)
    {
        uint c0 = (uint)counter, c1 = (uint)(counter >> 32), c2 = (uint)Stream, c3 = (uint)(Stream >> 32);
        uint k0 = (uint)Seed, k1 = (uint)(Seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0, p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        return ((ulong)c1 << 32) | c0;
    }

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double Uniform(ulong counter) => (Bits(counter) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A standard normal number: the sum of twelve uniforms less six, exact in arithmetic on every machine.</summary>
    /// <remarks>Irwin–Hall: tails end at six standard deviations, which is what initial weights want.</remarks>
    public float Normal(ulong counter)
    {
        double sum = -6;
        for (ulong i = 0; i < 12; i++)
            sum += Uniform(counter * 12 + i);
        return (float)sum;
    }

    /// <summary>A reader that draws the stream's numbers one after the other.</summary>
    public Draws Draw() => new(this);
}

/// <summary>Draws the numbers of one <see cref="Rng"/> stream in turn.</summary>
public sealed class Draws(Rng rng)
{
    ulong _next;

    /// <summary>A whole number in [0, <paramref name="below"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="below"/> is not positive.</exception>
    public int Below(int below)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(below);
        return (int)(((UInt128)rng.Bits(_next++) * (ulong)below) >> 64);
    }

    /// <summary>A number in [0, 1).</summary>
    public double Uniform() => rng.Uniform(_next++);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>One of the items, each as likely as the others.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Puts the items in a random order, in place (Fisher–Yates).</summary>
    public void Shuffle<T>(IList<T> items)
    {
        for (int i = items.Count - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
