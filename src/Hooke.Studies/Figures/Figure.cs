using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>How figures write estimates and shares.</summary>
static class Figure
{
    /// <summary>A share as a whole percentage, "&lt;1 %" where it is less.</summary>
    public static string Percent(double share) => share is > 0 and < 0.01
        ? "<1 %"
        : $"{Words.Number(Math.Round(share * 100))} %";

    /// <summary>An interval's two ends.</summary>
    public static string Ends(Estimate estimate) => $"[{Words.Number(estimate.Low)}, {Words.Number(estimate.High)}]";

    /// <summary>A figure with its caption; wide drawings scroll inside it.</summary>
    public static Html Of(string label, Html drawing, Html caption) => Html.Of($"""
        <figure>
        <div class="scroll" tabindex="0" role="region" aria-label="{label}">{drawing}</div>
        <figcaption>{caption}</figcaption>
        </figure>
        """);
}
