using System.Text;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Plain text files as sequences of tokens, all of one length, from the first file's start to the last one's end and then from
/// the start again. Each begins with the tokenizer's own first tokens, such as a begin-of-text.
/// </summary>
public sealed class TextTokens : ITokenSource
{
    const int PieceOfText = 1 << 16; // characters encoded at a time, cut where a line ends
    const int LargestFile = 1 << 30;

    readonly int[] _tokens, _before;
    readonly int _perSequence;

    /// <summary>Text files cut into sequences.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="files">The files, UTF-8.</param>
    /// <param name="context">How many tokens a sequence has.</param>
    /// <exception cref="InputException">A file cannot be read, or all of them do not fill one sequence.</exception>
    public TextTokens(Tokenizer tokenizer, IReadOnlyList<string> files, int context)
    {
        _before = tokenizer.Encode("");
        Longest = context;
        _perSequence = context - _before.Length;
        if (_perSequence < 1)
            throw new InputException($"a context of {context} tokens has no room behind the {_before.Length} that begin "
                + "every text");
        List<int> tokens = [];
        foreach (string file in files)
            foreach (string piece in Pieces(Encoding.UTF8.GetString(InputFile.ReadAllBytes(file, LargestFile))))
                tokens.AddRange(tokenizer.Encode(piece, addSpecialTokens: false));
        Count = tokens.Count / _perSequence;
        if (Count == 0)
            throw new InputException($"the text is {tokens.Count} tokens long, less than one sequence of {_perSequence}; give "
                + "more text or a shorter context");
        _tokens = [.. tokens.Take(Count * _perSequence)];
    }

    /// <summary>How many different sequences there are before the text begins again.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public int Longest { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Sequence(long index) =>
        [.. _before, .. _tokens.AsSpan((int)(index % Count) * _perSequence, _perSequence)];

    static IEnumerable<string> Pieces(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            int lineEnd = start + PieceOfText < text.Length ? text.IndexOf('\n', start + PieceOfText) : -1;
            end = lineEnd < 0 ? text.Length : lineEnd + 1;
            yield return text[start..end];
        }
    }
}
