using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Sets a latent's activation at some positions, as text <c>layer.latent@positions=value</c>: <c>3.117@5=0</c>,
/// <c>3.117@-1=0</c>, <c>3.117@5..8=2.5</c>, and open-ended <c>3.117@5..=0</c>, which holds for tokens to come too.
/// </summary>
/// <param name="Layer">The layer of its transcoder.</param>
/// <param name="Latent">The latent.</param>
/// <param name="First">The first position; negative ones count from the prompt's end, −1 being its last.</param>
/// <param name="Last">The last position, included; null for no end.</param>
/// <param name="Value">The activation it is to have.</param>
public sealed record LatentIntervention(int Layer, int Latent, int First, int? Last, float Value)
{
    /// <summary>At one position.</summary>
    public static LatentIntervention At(int layer, int latent, int position, float value) =>
        new(layer, latent, position, position, value);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="InputException">It is not of that form.</exception>
    public static LatentIntervention Parse(string text)
    {
        if (text.Split('@', '=') is [var latent, var positions, var value]
            && latent.Split('.') is [var layer, var index] && Number(layer) is { } l and >= 0 && Number(index) is { } i and >= 0
            && Ends(positions) is var (first, last)
            && float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float to) && float.IsFinite(to))
            return new(l, i, first, last, to);
        throw new InputException($"'{text}' is not an intervention on a latent: write layer.latent@positions=value, as in "
            + "3.117@5=0, 3.117@-1=2.5, 3.117@5..8=0, or 3.117@5..=0 for tokens to come too");
    }

    /// <summary>The text form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Layer}.{Latent}@{First}{(Last is null ? ".." : Last == First ? "" : $"..{Last}")}={Value:R}");

    /// <summary>The positions of a sequence that grew out of a prompt.</summary>
    /// <exception cref="InputException">The prompt is too short to have them.</exception>
    internal (int From, int To) Within(int prompt, int length)
    {
        int from = First < 0 ? prompt + First : First;
        int to = Last is null ? length : 1 + (Last < 0 ? prompt + Last.Value : Last.Value);
        return from >= 0 && from < to && (to <= prompt || Last is null) ? (from, to)
            : throw new InputException($"{this}: the prompt has positions 0..{prompt - 1}");
    }

    static (int First, int? Last)? Ends(string text) => text.Split("..") switch
    {
        [var only] when Number(only) is { } first => (first, first),
        [var start, ""] when Number(start) is { } first => (first, null),
        [var start, var end] when Number(start) is { } first && Number(end) is { } last && first <= last
            && (first < 0) == (last < 0) => (first, last),
        _ => null,
    };

    static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}
