namespace Hooke.Testing;

/// <summary>How far a float result may lie from the exact one, and why.</summary>
/// <remarks>
/// u = 2⁻²⁴ is the most that one rounding of a float changes it, relatively. n roundings of numbers of size M move a
/// result by at most n·u·M, less terms of order u² (Higham 2002, "Accuracy and Stability of Numerical Algorithms", §3.1).
/// </remarks>
public sealed class Tolerance
{
    const double Unit = 1.0 / (1 << 24);

    readonly double _roundings;
    readonly double? _magnitude;
    readonly string _because;

    Tolerance(double roundings, double? magnitude, string because) =>
        (_roundings, _magnitude, _because) = (roundings, magnitude, because);

    /// <summary>The exact result rounded once: not a bit may differ.</summary>
    public static Tolerance Exact { get; } = new(0, 0, "the result is exact up to its own rounding");

    /// <summary>Whether the bound is taken from the terms of a sum, which the oracle gives at absolute values.</summary>
    internal bool FollowsTerms => _magnitude is null;

    /// <summary>
    /// At most this many roundings, each relative to the sum of the absolute values of the terms: for operations that
    /// are sums of products of their inputs with coefficients that are not negative.
    /// </summary>
    public static Tolerance OfTerms(double roundings, string because) => new(roundings, null, because);

    /// <summary>At most this many roundings of numbers that are no larger than the magnitude, or than the result.</summary>
    public static Tolerance Of(double roundings, double magnitude, string because) => new(roundings, magnitude, because);

    /// <summary>Fails where a number lies farther from the expected one than is allowed.</summary>
    /// <param name="what">What is compared, for the message.</param>
    /// <param name="expected">The exact number.</param>
    /// <param name="actual">What was computed.</param>
    /// <param name="terms">The sum of the absolute values of the terms, where the bound follows them.</param>
    /// <param name="noise">Error of the expected number itself.</param>
    public void Check(string what, double expected, float actual, double terms = 0, double noise = 0)
    {
        if (double.IsNaN(expected) ? float.IsNaN(actual) : actual == expected)
            return;
        double size = Math.Max(Math.Abs(expected), _magnitude ?? terms);
        double allowed = (_roundings * Unit * size) + noise;
        double error = Math.Abs(actual - expected);
        bool isRight = ReferenceEquals(this, Exact) && noise == 0 ? actual == (float)expected : error <= allowed;
        Assert.True(isRight, $"{what}: {actual:R} where {expected:R} is right; off by {error:E2}, allowed are " +
            $"{allowed:E2} because {_because}");
    }
}
