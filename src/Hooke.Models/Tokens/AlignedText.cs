using System.Text;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>
/// Text on its way to tokens: every character knows the range of the original text that it came from.
/// </summary>
sealed class AlignedText
{
    const int Longest = 50_000_000;
    const int LongestExpansion = 18; // of one character, in any normalization form

    readonly int[]? _starts; // per UTF-16 unit from _first on; null while the text is a plain piece of the original
    readonly int[]? _ends;
    readonly int _first;

    AlignedText(string text, int first, int[]? starts, int[]? ends) =>
        (Text, _first, _starts, _ends) = (text, first, starts, ends);

    public string Text { get; }

    /// <summary>Where in the original this text begins.</summary>
    public int OriginalStart => RangeOf(0, 0).Start;

    /// <summary>A piece of the original that begins at <paramref name="start"/>.</summary>
    public static AlignedText Original(string piece, int start) => new(piece, start, null, null);

    public AlignedText Slice(int start, int end) => start == 0 && end == Text.Length
        ? this
        : new(Text[start..end], _first + start, _starts, _ends);

    /// <summary>The range of the original that characters [start, end) came from.</summary>
    public (int Start, int End) RangeOf(int start, int end)
    {
        if (_starts is null || _ends is null)
            return (_first + start, _first + end);
        if (start < end)
            return (_starts[_first + start], _ends[_first + end - 1]);
        int at = start < Text.Length ? _starts[_first + start] : start > 0 ? _ends[_first + start - 1] : 0;
        return (at, at);
    }

    /// <summary>
    /// The text with edits made: sorted, disjoint ranges of it replaced, each new character standing for the whole
    /// range.
    /// </summary>
    /// <exception cref="InputException">The text would grow out of all proportion.</exception>
    public AlignedText Edited(IReadOnlyList<Edit> edits)
    {
        if (edits.Count == 0)
            return this;
        long length = Text.Length + edits.Sum(edit => (long)edit.With.Length - (edit.End - edit.Start));
        if (length > Longest || length > ((long)LongestExpansion * Text.Length) + (1 << 20))
            throw new InputException($"The tokenizer makes {length} characters of {Text.Length}, which is more than it should, "
                + $"or more than {Longest}; give it shorter text.");
        StringBuilder text = new();
        List<int> starts = [], ends = [];
        int at = 0;
        foreach (Edit edit in edits)
        {
            Keep(at, edit.Start);
            (int start, int end) = RangeOf(edit.Start, edit.End);
            _ = text.Append(edit.With);
            starts.AddRange(Enumerable.Repeat(start, edit.With.Length));
            ends.AddRange(Enumerable.Repeat(end, edit.With.Length));
            at = edit.End;
        }
        Keep(at, Text.Length);
        return new(text.ToString(), 0, [.. starts], [.. ends]);

        void Keep(int from, int to)
        {
            _ = text.Append(Text, from, to - from);
            for (int i = from; i < to; i++)
            {
                (int start, int end) = RangeOf(i, i + 1);
                starts.Add(start);
                ends.Add(end);
            }
        }
    }

    /// <summary>
    /// A text that is not empty with a prefix, which is said to come from the first character, as upstream does.
    /// </summary>
    public AlignedText Prefixed(string prefix)
    {
        int first = char.IsHighSurrogate(Text[0]) ? 2 : 1;
        return Edited([new(0, first, prefix + Text[..first])]);
    }

    /// <summary>Characters [Start, End) become With.</summary>
    public readonly record struct Edit(int Start, int End, string With);
}
