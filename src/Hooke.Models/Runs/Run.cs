using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>One forward pass: tokens in, logits out, and what was recorded.</summary>
public sealed class Run(TokenBatch tokens, Tensor logits, bool lastOnly, Recording recording) : IDisposable
{
    /// <summary>The prompts.</summary>
    public TokenBatch Tokens => tokens;

    /// <summary>[batch, pos, d_vocab], or [batch, d_vocab] where only the last token's were asked for.</summary>
    public Tensor Logits => logits;

    /// <summary>What was recorded.</summary>
    public Recording Recording => recording;

    /// <summary>A recorded activation, whole.</summary>
    /// <exception cref="InputException">It was not recorded.</exception>
    public Tensor this[Address address] => recording[address];

    /// <summary>Logits at a prompt's last token.</summary>
    public ReadOnlySpan<float> LastLogits(int prompt) => lastOnly
        ? Row(prompt)
        : Row((prompt * tokens.Positions) + tokens.Lengths[prompt] - 1);

    /// <summary>The likeliest next tokens of a prompt with their logits, best first; the lower id first on a tie.</summary>
    public IReadOnlyList<(int Token, float Logit)> Top(int count, int prompt = 0)
    {
        float[] row = LastLogits(prompt).ToArray();
        return [.. Enumerable.Range(0, row.Length).OrderByDescending(t => row[t]).ThenBy(t => t)
            .Take(count).Select(t => (t, row[t]))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        logits.Dispose();
        recording.Dispose();
    }

    ReadOnlySpan<float> Row(int row) => logits.Data.Slice(row * logits.Shape[^1], logits.Shape[^1]);
}
