using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Cli;

/// <summary>Tokens as a person writes and reads them.</summary>
static class TokenText
{
    /// <summary>The token that an option's text is, exactly as it stands.</summary>
    /// <exception cref="InputException">It is not one token; the message names the form that is, if there is one.</exception>
    public static int One(Tokenizer tokenizer, string option, string text)
    {
        string other = text.StartsWith(' ') ? text[1..] : " " + text;
        if (tokenizer.SingleToken(text) is not { } id)
            throw new InputException($"{option} {Quoted(text)} is not one token of this model but {Count(tokenizer, text)}, "
                + "with or without a leading space: choose a word that is one, or the first token of it");
        if (!Is(tokenizer, text, id))
            throw new InputException(
                $"{option} {Quoted(text)} is not one token of this model, but {Quoted(other)} is: write {option} \"{other}\"");
        if (tokenizer.SingleToken(other) is { } second && second != id)
            Console.Error.WriteLine($"note: {Quoted(text)} and {Quoted(other)} are two tokens; read here is {Quoted(text)}");
        return id;
    }

    /// <summary>A token's text in quotes, so that a leading space is seen.</summary>
    public static string Of(Tokenizer tokenizer, int id) => Quoted(tokenizer.TokenText(id));

    static bool Is(Tokenizer tokenizer, string text, int id) =>
        tokenizer.Encode(text, addSpecialTokens: false) is [var only] && only == id;

    static int Count(Tokenizer tokenizer, string text) => tokenizer.Encode(text, addSpecialTokens: false).Length;

    static string Quoted(string text) => $"'{text}'";
}
