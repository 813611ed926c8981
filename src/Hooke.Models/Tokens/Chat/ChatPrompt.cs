namespace Hooke.Models;

/// <summary>A conversation as a model reads it.</summary>
/// <param name="Text">The text that the chat template made of it.</param>
/// <param name="Tokens">The tokens of that text, with their places in it.</param>
public sealed record ChatPrompt(string Text, IReadOnlyList<Token> Tokens)
{
    /// <summary>The token ids.</summary>
    public int[] Ids => [.. Tokens.Select(token => token.Id)];
}
