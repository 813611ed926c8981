using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>
/// SentencePiece's tokens `&lt;0x00&gt;` to `&lt;0xFF&gt;`, which spell what the vocabulary does not have.
/// </summary>
sealed class ByteTokens(Vocabulary vocabulary)
{
    readonly int?[] _ids = [.. Enumerable.Range(0, 256).Select(b => vocabulary.IdOf($"<0x{b:X2}>"))];

    /// <summary>
    /// Adds the UTF-8 bytes of a stretch of a piece, each with the range of the whole; false where one is missing.
    /// </summary>
    public bool TryAdd(string piece, int start, int end, List<Token> into)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(piece, start, end - start);
        if (Array.Exists(bytes, b => _ids[b] is null))
            return false;
        foreach (byte b in bytes)
            into.Add(new(_ids[b]!.Value, start, end));
        return true;
    }

    /// <summary>The byte a token spells, or null where it is another token.</summary>
    public static byte? ByteOf(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(
            token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : null;
}
