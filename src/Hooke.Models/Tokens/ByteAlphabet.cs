using System.Text;

namespace Hooke.Models;

/// <summary>GPT-2's alphabet: a printable character for each of the 256 bytes.</summary>
/// <remarks>
/// Printable Latin-1 bytes stand for themselves, the others in turn for U+0100 on. Source: Radford et al. 2019,
/// encoder.
/// </remarks>
static class ByteAlphabet
{
    static readonly char[] Characters = Make();
    static readonly Dictionary<char, byte> Bytes =
        Enumerable.Range(0, 256).ToDictionary(b => Characters[b], b => (byte)b);

    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>The bytes a token of the alphabet stands for, or null where another character is in it.</summary>
    public static byte[]? BytesOf(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
                return null;
        return bytes;
    }

    /// <summary>The UTF-8 bytes of a text, spelt in the alphabet.</summary>
    public static AlignedText Spell(AlignedText text)
    {
        List<AlignedText.Edit> edits = [];
        Span<byte> utf8 = stackalloc byte[4];
        Span<char> spelt = stackalloc char[4];
        int at = 0;
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            int length = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < length; i++)
                spelt[i] = Characters[utf8[i]];
            int end = at + rune.Utf16SequenceLength;
            if (length > 1 || spelt[0] != text.Text[at])
                edits.Add(new(at, end, new string(spelt[..length])));
            at = end;
        }
        return text.Edited(edits);
    }

    static char[] Make()
    {
        char[] characters = new char[256];
        int others = 0;
        for (int b = 0; b < 256; b++)
            characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF)
                ? (char)b
                : (char)(256 + others++);
        return characters;
    }
}
