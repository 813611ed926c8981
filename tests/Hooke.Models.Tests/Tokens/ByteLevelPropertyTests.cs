using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens;

/// <summary>What holds for any text on a byte-level tokenizer.</summary>
public sealed class ByteLevelPropertyTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL);

    /// <summary>Characters that break tokenizers: spaces of all kinds, marks, joiners, planes beyond the first.</summary>
    static readonly string[] Awkward =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "'s", "'LL", "a", "Z", "é", "e\u0301", "ﬁ", "½", "٣", "中",
        "각", "\u1100\u1161", "\U0001D49C", "\U0001D7D8", "😀", "👩‍👩‍👧", "\u200D", "\uFFFD", "\uFFFF", "\0", "Ġ", "Ċ", "<s>",
    ];

    public static TheoryData<string> PreTokenizers => [TokenizerText.Gpt2Words, TokenizerText.Llama3Words];

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void Decoding_gives_back_any_text(string preTokenizer)
    {
        Tokenizer tokenizer = Load(preTokenizer);
        Prop.ForAll<int[]>(seeds =>
        {
            string text = Text(seeds);
            return tokenizer.Decode(tokenizer.Encode(text)) == text;
        }).Check(Settings);
    }

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void The_offsets_cover_any_text_without_a_gap(string preTokenizer)
    {
        Tokenizer tokenizer = Load(preTokenizer);
        Prop.ForAll<int[]>(seeds =>
        {
            string text = Text(seeds);
            int end = 0;
            foreach (Token token in tokenizer.EncodeWithOffsets(text))
            {
                // Several tokens may share one character; none starts beyond where the last ended.
                if (token.Start > end || token.End < end || token.End <= token.Start)
                    return false;
                end = token.End;
            }
            return end == text.Length;
        }).Check(Settings);
    }

    [Fact]
    public void A_long_word_is_merged_by_rank_and_not_for_ever()
    {
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(
            TokenizerText.ByteLevelModel("a a", "aa aa", "aaaa aaaa"), preTokenizer: TokenizerText.Gpt2Words));
        int[] ids = tokenizer.Encode(new string('a', 1_000_003));
        Assert.Equal(Enumerable.Repeat(tokenizer.IdOf("aaaaaaaa")!.Value, 125_000), ids[..125_000]);
        Assert.Equal(["aa", "a"], ids[125_000..].Select(tokenizer.TokenText));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_with_its_place()
    {
        Tokenizer tokenizer = Load(TokenizerText.Gpt2Words);
        foreach (string text in (string[])["ab\uD83D", "ab\uDE00", "ab\uD83D\uD83D\uDE00"])
            Assert.Contains(
                "character 2", Assert.Throws<InputException>(() => tokenizer.Encode(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Single_tokens_read_with_their_space_and_as_bytes_where_they_are_no_text()
    {
        Tokenizer tokenizer = Load(TokenizerText.Gpt2Words);
        Assert.Equal(" the", tokenizer.TokenText(tokenizer.IdOf("Ġthe")!.Value));
        Assert.Equal(["<0xE2>", "<0x82>", "<0xAC>"], tokenizer.Encode("€").Select(tokenizer.TokenText));
        Assert.Equal("\n", tokenizer.TokenText(tokenizer.Encode("\n")[0]));
        Assert.Equal(tokenizer.IdOf("Ġthe"), tokenizer.SingleToken(" the"));
        Assert.Equal(tokenizer.IdOf("the"), tokenizer.SingleToken("the"));
        Assert.Equal(tokenizer.IdOf("Ġxy"), tokenizer.SingleToken("xy"));
        Assert.Equal(tokenizer.IdOf("Q"), tokenizer.SingleToken(" Q"));
        Assert.Null(tokenizer.SingleToken("€"));
        Assert.Null(tokenizer.SingleToken(""));
    }

    static Tokenizer Load(string preTokenizer) => TokenizerText.Load(TokenizerText.Join(
        TokenizerText.ByteLevelModel("t h", "th e", "Ġ the", "a n", "an d", "Ġ Ġ", "Ġ x", "Ġx y"),
        preTokenizer: preTokenizer, decoder: """{"type":"ByteLevel"}"""));

    /// <summary>Any code point but surrogates, or an awkward one.</summary>
    static string Text(int[] seeds)
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
}
