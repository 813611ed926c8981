namespace Hooke.Models;

/// <summary>What becomes of the matches that text is split at.</summary>
enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Splits text at the matches of a pattern; inverted, at what is between them.</summary>
sealed class SplitAt(TextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    readonly record struct Stretch(int Start, int End, bool IsMatch);

    public static SplitBehavior ReadBehavior(JsonPart part, string? otherwise)
    {
        string name = part.TextOrNull("behavior") ?? otherwise ?? throw part.Refusal("needs the text \"behavior\"");
        string[] known = Enum.GetNames<SplitBehavior>();
        return known.Contains(name, StringComparer.Ordinal)
            ? Enum.Parse<SplitBehavior>(name)
            : throw part.Refusal($"has the behavior {Quote.Of(name)}; known are {string.Join(", ", known)}");
    }

    public void Split(AlignedText piece, List<AlignedText> into)
    {
        foreach (Stretch span in Merged(Spans(piece.Text)))
            if (span.Start < span.End)
                into.Add(piece.Slice(span.Start, span.End));
    }

    List<Stretch> Spans(string text)
    {
        List<Stretch> spans = [];
        int at = 0;
        foreach ((int start, int end) in pattern.Find(text))
        {
            if (at < start)
                spans.Add(new(at, start, invert));
            spans.Add(new(start, end, !invert));
            at = end;
        }
        if (at < text.Length)
            spans.Add(new(at, text.Length, invert));
        return spans;
    }

    IEnumerable<Stretch> Merged(List<Stretch> spans) => behavior switch
    {
        SplitBehavior.Removed => spans.Where(span => !span.IsMatch),
        SplitBehavior.Isolated => spans,
        SplitBehavior.Contiguous => Joined(spans, (before, span) => before.IsMatch == span.IsMatch),
        SplitBehavior.MergedWithPrevious => Joined(spans, (before, span) => span.IsMatch && !before.IsMatch),
        SplitBehavior.MergedWithNext => Joined(spans, (before, span) => before.IsMatch && !span.IsMatch),
        _ => throw new InvalidOperationException($"Bug in Hooke: {behavior} is no behavior."),
    };

    /// <summary>Joins each span to the one before it where the two belong together.</summary>
    static List<Stretch> Joined(List<Stretch> spans, Func<Stretch, Stretch, bool> belong)
    {
        List<Stretch> joined = [];
        for (int i = 0; i < spans.Count; i++)
            if (i > 0 && belong(spans[i - 1], spans[i]))
                joined[^1] = joined[^1] with { End = spans[i].End };
            else
                joined.Add(spans[i]);
        return joined;
    }
}
