namespace Hooke.Models;

/// <summary>One token of an encoded text and the characters it came from.</summary>
/// <param name="Id">The token's number, the row of the embedding.</param>
/// <param name="Start">The first character, counted in UTF-16 units of the text that was encoded.</param>
/// <param name="End">
/// One past the last character; equals Start for a token that was added, such as a begin-of-text.
/// </param>
public readonly record struct Token(int Id, int Start, int End);
