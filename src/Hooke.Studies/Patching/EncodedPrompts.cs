using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Prompt pairs given as text, as the tokens of a model.</summary>
public static class EncodedPrompts
{
    /// <summary>One pair of the user's own.</summary>
    /// <exception cref="InputException">The lengths differ, or an answer is not one token.</exception>
    public static PromptSet Of(AskedPair asked, Tokenizer tokenizer) =>
        Of([new PromptPair(asked.Prompt, asked.Counterfactual, [asked.Answer], [asked.Foil])], tokenizer);

    /// <summary>Pairs of a behaviour of the world beside a model that no training text held, at most so many.</summary>
    /// <exception cref="InputException">The folder has no world, or the world no such behaviour.</exception>
    public static PromptSet OfBehaviour(string modelFolder, string behaviour, int count, ulong seed, Tokenizer tokenizer) =>
        Of(TinyworldFolder.LoadWorld(modelFolder).PromptsUpTo(behaviour, Split.HeldOut, count, seed), tokenizer);

    /// <summary>Pairs.</summary>
    /// <exception cref="InputException">A pair's lengths differ, or an answer is not one token.</exception>
    public static PromptSet Of(IReadOnlyList<PromptPair> pairs, Tokenizer tokenizer)
    {
        TokenBatch Tokens(Func<PromptPair, string> side) => new([.. pairs.Select(p => tokenizer.Encode(side(p)))]);
        return new(Tokens(p => p.Clean), Tokens(p => p.Counterfactual),
            [.. pairs.Select(p => (One(p.Answers, "answer", tokenizer), One(p.Foils, "foil", tokenizer)))]);
    }

    static int[] One(IReadOnlyList<string> words, string role, Tokenizer tokenizer) =>
        // What follows a prompt begins with a space, where the tokenizer keeps spaces with words.
        [.. words.Select(word => tokenizer.SingleToken(" " + word) ?? throw new InputException(
            $"the {role} '{word}' is not one token of this model but {tokenizer.Encode(word, addSpecialTokens: false).Length}: "
            + "choose a word that is one, or the first token of it"))];
}
