namespace Hooke.Circuits;

/// <summary>Cantor's numbering of pairs, π(a, b) = (a + b)(a + b + 1)/2 + b, as circuit-tracer numbers features.</summary>
public static class CantorPair
{
    /// <summary>The most that a pair's sum may be, so that its number fits in 53 bits, as the viewers need.</summary>
    public const long MostSum = 134_217_726;

    /// <summary>The number of a layer and a latent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is negative, or they are too large.</exception>
    public static long Join(long layer, long latent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfNegative(latent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer + latent, MostSum);
        return ((layer + latent) * (layer + latent + 1) / 2) + latent;
    }

    /// <summary>The layer and the latent of a number that is not negative.</summary>
    public static (long Layer, long Latent) Split(long number)
    {
        long sum = (long)((Math.Sqrt((8.0 * number) + 1) - 1) / 2); // may be off by one, where the root was rounded
        while (sum * (sum + 1) / 2 > number)
            sum--;
        while ((sum + 1) * (sum + 2) / 2 <= number)
            sum++;
        long latent = number - (sum * (sum + 1) / 2);
        return (sum - latent, latent);
    }
}
