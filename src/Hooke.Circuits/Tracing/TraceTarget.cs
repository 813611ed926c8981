using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What an attribution graph explains.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Weight">How much it counts for influence, next to other targets.</param>
public abstract record TraceTarget(string Name, double Weight)
{
    /// <summary>The likeliest next tokens, as few as have a probability together.</summary>
    /// <param name="replacement">The prompt.</param>
    /// <param name="mass">The probability that they have together, 0 to 1.</param>
    /// <param name="most">How many at most.</param>
    /// <exception cref="InputException">The mass is not in 0 to 1, or no token may be chosen.</exception>
    public static IReadOnlyList<TraceTarget> Likeliest(LocalReplacement replacement, double mass = 0.95, int most = 10)
    {
        if (!(mass is > 0 and <= 1) || most < 1)
            throw new InputException($"the likeliest {most} tokens of a probability of {mass} together were asked for: give 1 or "
                + "more, and a probability above 0 and up to 1");
        double[] probabilities = Probabilities(replacement);
        List<TraceTarget> targets = [];
        double sum = 0;
        foreach (int token in Enumerable.Range(0, probabilities.Length).OrderByDescending(t => probabilities[t]).Take(most))
        {
            targets.Add(new LogitTarget(token, NameOf(replacement, token), probabilities[token]));
            if ((sum += probabilities[token]) >= mass)
                break;
        }
        return targets;
    }

    /// <summary>A next token's logit, less the mean of all logits; it weighs what its probability is.</summary>
    /// <exception cref="InputException">The model has no such token.</exception>
    public static TraceTarget Token(LocalReplacement replacement, int token)
    {
        RequireToken(replacement, token);
        return new LogitTarget(token, NameOf(replacement, token), Probabilities(replacement)[token]);
    }

    /// <summary>A next token's logit less another's.</summary>
    /// <exception cref="InputException">The model has no such token, or both are the same.</exception>
    public static TraceTarget Difference(LocalReplacement replacement, int token, int other)
    {
        RequireToken(replacement, token);
        RequireToken(replacement, other);
        if (token == other)
            throw new InputException($"the logit of token {token} less itself is 0: give two tokens");
        return new DifferenceTarget(token, other, $"{NameOf(replacement, token)} − {NameOf(replacement, other)}");
    }

    /// <summary>A direction in the stream at one position: direction · activation.</summary>
    /// <param name="at">
    /// <c>hook_resid_pre</c>, <c>hook_resid_mid</c>, <c>hook_resid_post</c>, <c>hook_mlp_in</c>, <c>hook_attn_out</c>,
    /// <c>ln1.hook_normalized</c> or <c>ln2.hook_normalized</c> of a layer, or <c>ln_final.hook_normalized</c>, at a position.
    /// </param>
    /// <param name="direction">[d_model]</param>
    /// <param name="name">What it is called; null for the address.</param>
    public static TraceTarget Direction(Address at, IReadOnlyList<float> direction, string? name = null) =>
        new DirectionTarget(at, direction, name ?? at.ToString());

    /// <summary>A latent's pre-activation, whether it is active or not.</summary>
    /// <param name="layer">The layer that it reads.</param>
    /// <param name="position">The position.</param>
    /// <param name="index">Which of the layer's latents.</param>
    public static TraceTarget Latent(int layer, int position, int index) => new LatentTarget(layer, position, index);

    internal abstract Injection Inject(LocalReplacement replacement, SourceSpace space);

    internal abstract TraceNode Node(LocalReplacement replacement);

    static double[] Probabilities(LocalReplacement replacement)
    {
        using Tensor logits = Tensor.From([.. replacement.LastLogits], 1, 1, 1, replacement.LastLogits.Count);
        using Tensor probabilities = Ops.Softmax(logits);
        return [.. probabilities.Data.ToArray().Select(p => (double)p)];
    }

    static void RequireToken(LocalReplacement replacement, int token)
    {
        if (token < 0 || token >= replacement.Model.Config.DVocab)
            throw new InputException($"there is no token {token}: this model has tokens 0 to "
                + $"{replacement.Model.Config.DVocab - 1}");
    }

    static string NameOf(LocalReplacement replacement, int token) =>
        replacement.Model.HasTokenizer ? replacement.Model.Tokenizer.Decode([token]) : $"token {token}";
}
