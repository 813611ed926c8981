using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Prompts run together, the shorter ones padded at their end; what stands in the padding is never read.</summary>
public sealed class TokenBatch
{
    readonly int[] _padded;
    readonly int[] _lengths;

    /// <summary>A batch of prompts, each a list of token ids.</summary>
    /// <exception cref="InputException">There is no prompt, or one is empty.</exception>
    public TokenBatch(IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        if (prompts.Count == 0 || prompts.Any(p => p.Count == 0))
            throw new InputException("a batch needs a prompt, and each prompt a token: an empty prompt was given");
        _lengths = [.. prompts.Select(p => p.Count)];
        Positions = _lengths.Max();
        _padded = new int[prompts.Count * Positions];
        for (int b = 0; b < prompts.Count; b++)
            for (int p = 0; p < _lengths[b]; p++)
                _padded[(b * Positions) + p] = prompts[b][p];
    }

    /// <summary>Number of prompts.</summary>
    public int Count => _lengths.Length;

    /// <summary>Length of the longest prompt.</summary>
    public int Positions { get; }

    /// <summary>Length of each prompt.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Token ids [batch, pos], zeros as padding.</summary>
    public ReadOnlySpan<int> Ids => _padded;

    /// <summary>The tokens of one prompt.</summary>
    public ReadOnlySpan<int> Prompt(int index) => _padded.AsSpan(index * Positions, _lengths[index]);

    /// <summary>The same prompts several times over: all of them, then all again.</summary>
    public TokenBatch Repeat(int times) =>
        new([.. Enumerable.Range(0, times * Count).Select(i => Prompt(i % Count).ToArray())]);

    /// <summary>These prompts and, after them, others.</summary>
    public TokenBatch Then(TokenBatch others) => new(
        [.. Enumerable.Range(0, Count).Select(i => Prompt(i).ToArray()),
            .. Enumerable.Range(0, others.Count).Select(i => others.Prompt(i).ToArray())]);
}
