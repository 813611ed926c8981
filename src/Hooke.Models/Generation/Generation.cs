using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>How a model goes on from prompts: for how long, and how each next token is chosen.</summary>
public sealed record Generation
{
    /// <summary>Most tokens that are added to each prompt.</summary>
    public int MaxNewTokens { get; init; } = 64;

    /// <summary>
    /// Logits are divided by it before a token is drawn; 0 takes the likeliest token, the lower id on a tie, and draws none.
    /// </summary>
    public float Temperature { get; init; }

    /// <summary>Tokens are drawn from this many likeliest ones; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Tokens are drawn from the fewest likeliest ones that together have this probability.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>
    /// Logits of tokens that the sequence has already are divided by it where positive, multiplied where negative.
    /// </summary>
    /// <remarks>Source: Keskar et al. 2019, "CTRL", arXiv:1909.05858.</remarks>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the draws: a token's depends on it, on the prompt's place and on the token's alone.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Tokens after which a sequence ends; null for those that the model's files name.</summary>
    public IReadOnlyList<int>? StopTokens { get; init; }

    /// <summary>Passes settings that say something.</summary>
    /// <exception cref="InputException">One is out of its range, or would change nothing.</exception>
    public void Require()
    {
        if (MaxNewTokens < 1)
            throw new InputException($"{MaxNewTokens} new tokens were asked for: ask for 1 or more");
        if (!(Temperature >= 0 && float.IsFinite(Temperature)))
            throw new InputException($"temperature {Temperature} is not 0, for the likeliest token, or a positive number");
        if (TopK < 1)
            throw new InputException($"the {TopK} likeliest tokens are too few to draw from: give 1 or more");
        if (!(TopP > 0 && TopP <= 1))
            throw new InputException($"top-p {TopP} is not a probability above 0, at most 1");
        if (!(RepetitionPenalty > 0 && float.IsFinite(RepetitionPenalty)))
            throw new InputException($"repetition penalty {RepetitionPenalty} is not a positive number");
        if (Temperature == 0 && (TopK is not null || TopP < 1))
            throw new InputException(
                "top-k and top-p change nothing where the likeliest token is taken: give a temperature above 0");
    }
}

/// <summary>A token that a model added to a prompt.</summary>
/// <param name="Prompt">Which prompt of the batch.</param>
/// <param name="Step">Its place among the prompt's new tokens.</param>
/// <param name="Token">The token.</param>
/// <param name="Logit">Its logit, before any penalty.</param>
public readonly record struct NewToken(int Prompt, int Step, int Token, float Logit);
