namespace Hooke.Evidence;

/// <summary>A measured number with its 95 % interval, the prompts it rests on, and how the interval was made.</summary>
/// <param name="Value">The number measured on all prompts.</param>
/// <param name="Low">The interval's low end.</param>
/// <param name="High">The interval's high end.</param>
/// <param name="N">How many prompts.</param>
/// <param name="Method">How the interval was made, in words.</param>
/// <param name="Seed">The seed of the resampling.</param>
/// <exception cref="ArgumentException">A number is not finite, the ends are swapped, or there are no
/// prompts.</exception>
public sealed record Estimate(double Value, double Low, double High, int N, string Method, ulong Seed)
{
    /// <summary>
    /// The largest size of a number here; what is larger, or undefined, is unbounded and written as this.
    /// </summary>
    public const double Limit = 1e9;

    /// <summary>The number measured on all prompts.</summary>
    public double Value { get; init; } = Finite(Value);

    /// <summary>The interval's low end.</summary>
    public double Low { get; init; } = Low <= High
        ? Finite(Low)
        : throw new ArgumentException($"An interval's low end {Low} is not at or below its high end {High}.");

    /// <summary>The interval's high end.</summary>
    public double High { get; init; } = Finite(High);

    /// <summary>How many prompts.</summary>
    public int N { get; init; } = N > 0 ? N : throw new ArgumentException($"An estimate needs prompts, and N is {N}.");

    /// <summary>How the interval was made, in words.</summary>
    public string Method { get; init; } = Method;

    /// <summary>The seed of the resampling.</summary>
    public ulong Seed { get; init; } = Seed;

    /// <summary>"0.93 [0.9, 0.96]": the number and its interval, to three significant digits.</summary>
    public override string ToString() => $"{Words.Number(Value)} [{Words.Number(Low)}, {Words.Number(High)}]";

    /// <summary>"93 % [90, 96]": a share, so that 1 of 64 prompts is not read where all are meant.</summary>
    public string InPercent() =>
        $"{Words.Number(100 * Value)} % [{Words.Number(100 * Low)}, {Words.Number(100 * High)}]";

    static double Finite(double number) => double.IsFinite(number)
        ? number
        : throw new ArgumentException($"An estimate's numbers are finite, and one is {number}.");
}
