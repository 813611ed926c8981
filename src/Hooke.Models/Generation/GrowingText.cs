namespace Hooke.Models;

/// <summary>
/// The text of tokens that arrive one by one. What was given never changes: bytes that are not yet a character are held
/// back until they are, so that the pieces put together are the text of all tokens, and nothing comes twice.
/// </summary>
/// <param name="tokenizer">The tokenizer.</param>
/// <param name="before">Tokens that come before, whose text is not given again.</param>
public sealed class GrowingText(Tokenizer tokenizer, IEnumerable<int> before)
{
    const char Broken = '\uFFFD'; // what incomplete or wrong bytes decode to

    readonly List<int> _tokens = [.. before];
    int _given = tokenizer.Decode([.. before]).TrimEnd(Broken).Length;

    /// <summary>The text that a further token completes; empty where it completes none.</summary>
    /// <exception cref="Hooke.Tensors.InputException">The token is not in the vocabulary.</exception>
    public string Add(int token)
    {
        _tokens.Add(token);
        return Give(Text().TrimEnd(Broken));
    }

    /// <summary>What is still held back, once no further token comes.</summary>
    public string End() => Give(Text());

    string Text() => tokenizer.Decode([.. _tokens]);

    // Bytes that stand for no character can make those before them be read otherwise; what was given stays.
    string Give(string text)
    {
        if (text.Length <= _given)
            return "";
        string piece = text[_given..];
        _given = text.Length;
        return piece;
    }
}
