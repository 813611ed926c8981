using FsCheck;
using FsCheck.Fluent;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens;

/// <summary>What holds for any text on a byte-level tokenizer.</summary>
public sealed class ByteLevelPropertyTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL);

    public static TheoryData<string> PreTokenizers => [TokenizerText.Gpt2Words, TokenizerText.Llama3Words];

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void Decoding_gives_back_any_text(string preTokenizer)
    {
        Tokenizer tokenizer = Load(preTokenizer);
        Prop.ForAll<int[]>(seeds =>
        {
            string text = RandomText.From(seeds);
            return tokenizer.Decode(tokenizer.Encode(text)) == text;
        }).Check(Settings);
    }

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void The_offsets_cover_any_text_without_a_gap_and_point_at_what_the_tokens_say(string preTokenizer)
    {
        Tokenizer tokenizer = Load(preTokenizer);
        Prop.ForAll<int[]>(seeds =>
        {
            string text = RandomText.From(seeds);
            return RandomText.Covers(
                tokenizer, text, tokenizer.EncodeWithOffsets(text), piece => piece, ids => tokenizer.Decode(ids));
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

    /// <summary>Work that grew with the square of the length would take hours here.</summary>
    [Theory]
    [InlineData("a", 1_000_000), InlineData("中", 400_000), InlineData("7", 100_000), InlineData(" ", 1_000_000)]
    [InlineData("\n", 300_000), InlineData(" \n", 300_000), InlineData("!", 1_000_000), InlineData("e\u0301", 300_000), InlineData("😀", 200_000)]
    public void Long_runs_without_a_word_are_encoded_in_bearable_time(string unit, int times)
    {
        string text = string.Concat(Enumerable.Repeat(unit, times)) + "x";
        foreach (string preTokenizer in (string[])[TokenizerText.Gpt2Words, TokenizerText.Llama3Words])
        {
            Tokenizer tokenizer = Load(preTokenizer);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void A_long_s_is_an_s_in_another_case()
    {
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(TokenizerText.Words, preTokenizer: TokenizerText.Llama3Words));
        Assert.Equal([new(0, 0, 2), new(0, 2, 4), new(0, 4, 6), new(0, 6, 8)], tokenizer.EncodeWithOffsets("it'\u017F'S'M"));
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
}
