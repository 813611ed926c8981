using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>Sequences of random tokens said twice: whoever predicts the second time must have looked back.</summary>
public sealed class RepeatedTokens
{
    RepeatedTokens(TokenBatch tokens, int period, ulong? seed) => (Tokens, Period, Seed) = (tokens, period, seed);

    /// <summary>The sequences: a first token where there is one, and the random tokens twice.</summary>
    public TokenBatch Tokens { get; }

    /// <summary>How many random tokens are repeated.</summary>
    public int Period { get; }

    /// <summary>The seed that they were drawn with, or null for sequences made elsewhere.</summary>
    public ulong? Seed { get; }

    /// <summary>Sequences made elsewhere.</summary>
    /// <exception cref="InputException">A sequence does not end in its last <paramref name="period"/> tokens twice.</exception>
    public static RepeatedTokens Of(TokenBatch tokens, int period)
    {
        for (int b = 0; b < tokens.Count; b++)
        {
            ReadOnlySpan<int> all = tokens.Prompt(b);
            if (period < 2 || all.Length < 2 * period || all.Length != tokens.Positions
                || !all[^period..].SequenceEqual(all[^(2 * period)..^period]))
                throw new InputException($"sequence {b + 1} of {all.Length} tokens does not end in {period} tokens said twice");
        }
        return new(tokens, period, null);
    }

    /// <summary>Draws sequences; the tokens of one are all different.</summary>
    /// <param name="vocabulary">How many tokens there are.</param>
    /// <param name="count">How many sequences.</param>
    /// <param name="period">How many tokens are repeated.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="first">A token put first, such as a begin-of-text, which is not drawn; null for none.</param>
    /// <exception cref="InputException">The vocabulary has too few tokens, or a number is too small.</exception>
    public static RepeatedTokens Draw(int vocabulary, int count, int period, ulong seed, int? first = null)
    {
        int[] free = [.. Enumerable.Range(0, vocabulary).Where(token => token != first)];
        if (count < 1 || period < 2 || period > free.Length)
            throw new InputException(
                $"{count} sequences of {period} different tokens cannot be drawn: give 1 or more, of 2 to {free.Length} tokens");
        Rng rng = new Rng(seed).Fork("repeated tokens");
        int[][] sequences = [.. Enumerable.Range(0, count).Select(b => Sequence(rng.Fork(b).Draw(), free, period, first))];
        return new(new(sequences), period, seed);
    }

    static int[] Sequence(Draws draws, int[] free, int period, int? first)
    {
        int[] random = new int[period];
        for (int i = 0; i < period;)
        {
            int token = free[draws.Below(free.Length)];
            if (!random.AsSpan(0, i).Contains(token))
                random[i++] = token;
        }
        return [.. first is int token0 ? [token0] : (int[])[], .. random, .. random];
    }
}
