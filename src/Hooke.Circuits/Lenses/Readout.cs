using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A model's own last steps: final norm, unembedding, soft cap.</summary>
static class Readout
{
    static readonly int[] AnyToken = [0];

    /// <summary>The logits [n, d_vocab] of n rows of the residual stream, each with a norm scale of its own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">[n, d_model]; gradients flow through.</param>
    public static Tensor Logits(Model model, Tensor rows)
    {
        int count = rows.Shape[0];
        // What comes after the last layer treats every position alike: each row is run as a prompt of one token.
        TokenBatch each = new([.. Enumerable.Repeat(AnyToken, count)]);
        using Tensor residual = rows.Reshape(count, 1, rows.Shape[^1]);
        Run run = model.RunFrom(model.Config.NLayers, residual, each, Plan.Empty);
        run.Recording.Dispose();
        using Tensor logits = run.Logits;
        return logits.Reshape(count, logits.Shape[^1]);
    }

    /// <summary>Rows [n, d_model] of a stream [batch, pos, d_model].</summary>
    public static Tensor Rows(Tensor stream, ReadOnlySpan<int> rows)
    {
        using Tensor flat = stream.Reshape(stream.Shape[0] * stream.Shape[1], stream.Shape[2]);
        return Ops.Gather(flat, rows);
    }

    /// <summary>Row numbers, among [batch · pos], of every token that is no padding.</summary>
    public static int[] Tokens(TokenBatch tokens) =>
    [
        .. Enumerable.Range(0, tokens.Count).SelectMany(prompt =>
            Enumerable.Range(prompt * tokens.Positions, tokens.Lengths[prompt])),
    ];
}
