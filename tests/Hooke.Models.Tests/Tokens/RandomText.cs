using System.Text;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens;

/// <summary>Texts that break tokenizers.</summary>
static class RandomText
{
    /// <summary>Spaces of all kinds, marks, joiners, planes beyond the first.</summary>
    static readonly string[] Awkward =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "'s", "'LL", "a", "Z", "é", "e\u0301", "ﬁ", "½", "٣", "中",
        "각", "\u1100\u1161", "\U0001D49C", "\U0001D7D8", "😀", "👩‍👩‍👧", "\u200D", "\uFFFD", "\uFFFF", "\0", "Ġ", "Ċ", "▁", "the", " the",
    ];

    /// <summary>Any code points but surrogates, and awkward stretches.</summary>
    public static string From(int[] seeds)
    {
        StringBuilder text = new();
        foreach (int seed in seeds)
        {
            Draws draws = new Rng((ulong)seed).Draw();
            int code = draws.Below(0x110000);
            _ = draws.Chance(0.7) || code is >= 0xD800 and < 0xE000
                ? text.Append(draws.Pick(Awkward))
                : text.Append(new Rune(code).ToString());
        }
        return text.ToString();
    }

    /// <summary>
    /// Whether tokens cover a text from its start to its end without a gap, overlapping only where several share a
    /// character, and each stretch between two cuts is what its tokens decode to.
    /// </summary>
    public static bool Covers(
        Tokenizer tokenizer, string text, IReadOnlyList<Token> tokens, Func<string, string> expected, Func<int[], string> decoded)
    {
        int end = 0, cut = 0;
        List<int> since = [];
        foreach (Token token in tokens)
        {
            if (token.Start > end || token.End < end || token.End <= token.Start)
                return false;
            if (token.Start == end && since.Count > 0)
            {
                if (!Reads(cut, end))
                    return false;
                (cut, since) = (end, []);
            }
            since.Add(token.Id);
            end = token.End;
        }
        return end == text.Length && (since.Count == 0 || Reads(cut, end)) && tokenizer.Count > 0;

        // A space may have been put before the text; the first tokens hold it.
        bool Reads(int from, int to) => decoded([.. since]) is var read
            && (read == expected(text[from..to]) || (from == 0 && read == " " + expected(text[from..to])));
    }
}
