using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A world's words as a model's tokens: one token a word, behind one that begins every prompt.</summary>
sealed class WorldWords(Model model)
{
    /// <summary>The tokens of a text.</summary>
    /// <exception cref="InputException">A word is not one token.</exception>
    public int[] Of(string text)
    {
        int[] tokens = model.Tokenizer.Encode(text);
        return tokens.Length == Teller.Length(text) + 1 ? tokens : throw new InputException(
            $"\"{text}\" is {tokens.Length} tokens of this model and not one for each word behind one that begins it: its "
            + "tokenizer is of another world");
    }

    /// <summary>The token of a word.</summary>
    /// <exception cref="InputException">It has none.</exception>
    public int OfWord(string word) => model.Tokenizer.IdOf(word)
        ?? throw new InputException($"the model's tokenizer has no word '{word}': it is of another world");

    /// <summary>The position of a word's first place in a text.</summary>
    public static int Position(string text, string word) => 1 + Array.IndexOf(text.Split(' '), word);

    /// <summary>The position of a text's last word.</summary>
    public static int Last(string text) => Teller.Length(text);
}
