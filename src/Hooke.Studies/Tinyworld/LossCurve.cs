using System.Globalization;

namespace Hooke.Studies;

/// <summary>Draws the loss of a training.</summary>
static class LossCurve
{
    const int Width = 720, Height = 320, Margin = 48;

    /// <summary>Mean loss over steps as an SVG picture, the loss from 0 up.</summary>
    /// <param name="losses">One mean for every so many steps, in nats per token.</param>
    /// <param name="stepsEach">How many steps a mean is over.</param>
    public static string Svg(IReadOnlyList<float> losses, int stepsEach)
    {
        float most = losses.Max();
        double X(int i) => Margin + ((Width - (2.0 * Margin)) * (i + 1) / losses.Count);
        double Y(float loss) => Height - Margin - ((Height - (2.0 * Margin)) * loss / most);
        string points = string.Join(' ', losses.Select((loss, i) => Invariant($"{X(i):f1},{Y(loss):f1}")));
        return Invariant($"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="13">
            <title>Training loss</title>
            <path d="M{Margin} {Margin}V{Height - Margin}H{Width - Margin}" fill="none" stroke="#888"/>
            <text x="{Margin}" y="{Margin - 12}" fill="#888">nats per token: first {losses[0]:f2}, last {losses[^1]:f2}</text>
            <text x="{Width - Margin}" y="{Height - 16}" fill="#888" text-anchor="end">step {losses.Count * stepsEach}</text>
            <polyline points="{points}" fill="none" stroke="#0b62a4" stroke-width="2"/>
            </svg>

            """);
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
