namespace Hooke.Models;

/// <summary>The positions that a pass computes: of each sequence so many, from its first on.</summary>
internal sealed class Stretch(int[] first, int count)
{
    /// <summary>All positions of every sequence.</summary>
    public static Stretch Whole(TokenBatch tokens) => new(new int[tokens.Count], tokens.Positions);

    /// <summary>Number of positions of each sequence.</summary>
    public int Count => count;

    /// <summary>One more than the last position of any sequence.</summary>
    public int End { get; } = first.Max() + count;

    /// <summary>A sequence's first position.</summary>
    public int First(int sequence) => first[sequence];

    /// <summary>The first positions of the first sequences of a batch.</summary>
    public int[] Firsts(int sequences) => sequences == first.Length ? first : first[..sequences];

    /// <summary>
    /// Row numbers, among [sequence · position], of each sequence's last token; its first row if that comes earlier.
    /// </summary>
    public int[] LastRows(TokenBatch tokens) =>
        [.. first.Select((from, b) => (b * count) + Math.Max(0, tokens.Lengths[b] - 1 - from))];

    /// <summary>One position each: that of each sequence's last token.</summary>
    public static Stretch Last(TokenBatch tokens) => new([.. tokens.Lengths.ToArray().Select(length => length - 1)], 1);
}
