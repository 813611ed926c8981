namespace Hooke.Dictionaries;

/// <summary>A measured number with its 95 % interval over prompts.</summary>
/// <param name="Value">The number, over all that was measured.</param>
/// <param name="Low">The interval's low end; NaN where there are too few prompts to tell.</param>
/// <param name="High">The interval's high end; NaN where there are too few prompts to tell.</param>
/// <param name="N">What the number is a mean or sum over: tokens, predictions or latents.</param>
public sealed record Measured(double Value, double Low, double High, long N)
{
    /// <summary>Whether there is an interval.</summary>
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>1 − the number, its interval turned round: of a fraction, what is left.</summary>
    public Measured Rest() => new(1 - Value, 1 - High, 1 - Low, N);
}
