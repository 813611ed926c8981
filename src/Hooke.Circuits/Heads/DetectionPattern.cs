using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A kind of attention that heads are known for.</summary>
public enum HeadKind
{
    /// <summary>Attends to what followed the current token before.</summary>
    Induction,

    /// <summary>Attends to the token before.</summary>
    Previous,

    /// <summary>Attends to where the current token stood before.</summary>
    Duplicate,

    /// <summary>Attends to the current token.</summary>
    Current,

    /// <summary>Attends to the first token.</summary>
    First,
}

/// <summary>How an attention pattern is compared with a detection pattern.</summary>
public enum PatternMeasure
{
    /// <summary>Σ pattern · detection / Σ pattern: the share of attention that goes where the kind of head looks.</summary>
    Multiply,

    /// <summary>1 − n · mean |pattern − detection|: 1 where they are the same, below 0 where they are far apart.</summary>
    Absolute,
}

/// <summary>Where a kind of head would look on given tokens, and how near a head's attention is to that.</summary>
/// <remarks>The same patterns and measures as TransformerLens' head_detector.</remarks>
public static class DetectionPattern
{
    /// <summary>1 where a kind of head would look on a prompt and 0 elsewhere, [query_pos, key_pos].</summary>
    public static Matrix Of(HeadKind kind, ReadOnlySpan<int> tokens)
    {
        Matrix pattern = new(tokens.Length, tokens.Length);
        for (int q = 0; q < tokens.Length; q++)
            for (int k = 0; k <= q; k++)
                pattern[q, k] = kind switch
                {
                    HeadKind.Induction => k > 0 && k - 1 < q && tokens[k - 1] == tokens[q],
                    HeadKind.Previous => k == q - 1,
                    HeadKind.Duplicate => k < q && tokens[k] == tokens[q],
                    HeadKind.Current => k == q,
                    _ => k == 0,
                } ? 1 : 0;
        return pattern;
    }

    /// <summary>How near an attention pattern is to a detection pattern.</summary>
    /// <param name="pattern">One head's attention [query_pos, key_pos].</param>
    /// <param name="detection">[query_pos, key_pos]</param>
    /// <param name="measure">How they are compared.</param>
    /// <param name="excludeFirst">Leave attention to the first token out.</param>
    /// <param name="excludeCurrent">Leave attention to the current token out.</param>
    /// <exception cref="ArgumentException">The two are not of the same size.</exception>
    public static double Score(
        Matrix pattern, Matrix detection, PatternMeasure measure, bool excludeFirst = false, bool excludeCurrent = false)
    {
        int n = pattern.Rows;
        if (pattern.Columns != n || detection.Rows != n || detection.Columns != n)
            throw new ArgumentException($"a pattern of {n} positions and a detection pattern of {detection.Rows}");
        double attention = 0, matched = 0, apart = 0;
        for (int q = 0; q < n; q++)
            for (int k = excludeFirst ? 1 : 0; k <= q; k++)
            {
                if (excludeCurrent && k == q)
                    continue;
                attention += pattern[q, k];
                matched += pattern[q, k] * detection[q, k];
                apart += Math.Abs(pattern[q, k] - detection[q, k]);
            }
        return measure == PatternMeasure.Absolute ? 1 - (apart / n) : attention > 0 ? matched / attention : 0;
    }
}
