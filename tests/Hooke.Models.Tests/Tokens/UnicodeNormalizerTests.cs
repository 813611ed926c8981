using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Models.Tests.Tokens;

/// <summary>The normalization forms, through tokenizers that show the normalized text.</summary>
public sealed class UnicodeNormalizerTests
{
    static readonly Dictionary<string, Tokenizer> Forms = new[] { "NFC", "NFD", "NFKC", "NFKD" }.ToDictionary(
        form => form,
        form => TokenizerText.Load(TokenizerText.Join(
            TokenizerText.Bytes, $$"""{"type":"{{form}}"}""", decoder: TokenizerText.BytesToText)));

    /// <summary>The examples of Unicode Standard Annex 15 and of its corner cases.</summary>
    [Theory]
    [InlineData("\u00C5", "\u00C5", "A\u030A", "\u00C5", "A\u030A")] // Å, composed
    [InlineData("A\u030A", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")] // Ångström sign: never composed to
    [InlineData("\u2126", "\u03A9", "\u03A9", "\u03A9", "\u03A9")] // ohm sign
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")] // ligature: compatibility only
    [InlineData("2\u2075", "2\u2075", "2\u2075", "25", "25")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")] // ẛ with dot below
    [InlineData("\u1E0B\u0323", "\u1E0D\u0307", "d\u0323\u0307", "\u1E0D\u0307", "d\u0323\u0307")] // marks change places
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")] // excluded from composition
    [InlineData("\uAC01", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")] // Hangul
    [InlineData("\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7", "\u1100\u1161\u11A7", "\uAC00\u11A7", "\u1100\u1161\u11A7")]
    [InlineData("a\u0300b\u0323\u0301", "\u00E0\u1E05\u0301", "a\u0300b\u0323\u0301", "\u00E0\u1E05\u0301", "a\u0300b\u0323\u0301")]
    [InlineData("\u0B47\u0B56", "\u0B48", "\u0B47\u0B56", "\u0B48", "\u0B47\u0B56")] // two starters compose
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("plain ASCII", "plain ASCII", "plain ASCII", "plain ASCII", "plain ASCII")]
    public void Examples_normalize_as_the_standard_says(string text, string c, string d, string kc, string kd) =>
        Assert.Equal([c, d, kc, kd], Forms.Keys.Select(form => Normal(form, text)));

    [Fact]
    public void The_forms_are_idempotent_and_agree_with_each_other()
    {
        char[] marks = [.. "ae\u0300\u0301\u0323\u0307\u0315\u0327\u0338\u00C5\u1E9B\u3099か\u1100\u1161\u11A8\uAC00\uFB01½\u0F71\u0F72\u0F73 "];
        Prop.ForAll<int[]>(seeds =>
        {
            string text = string.Concat(seeds.Select(seed => marks[(uint)seed % marks.Length]));
            return Forms.Keys.All(form => Normal(form, Normal(form, text)) == Normal(form, text))
                && Normal("NFD", Normal("NFC", text)) == Normal("NFD", text)
                && Normal("NFC", Normal("NFD", text)) == Normal("NFC", text)
                && Normal("NFKC", Normal("NFD", text)) == Normal("NFKC", text)
                && Normal("NFKD", Normal("NFC", text)) == Normal("NFKD", text);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20260101UL, 7UL));
    }

    [Fact]
    public void A_composed_character_stands_for_all_that_it_came_from()
    {
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(
            TokenizerText.Words, """{"type":"NFC"}""", """{"type":"Split","pattern":{"String":"é"},"behavior":"Isolated","invert":false}"""));
        Assert.Equal([new(0, 0, 1), new(0, 1, 3), new(0, 3, 4)], tokenizer.EncodeWithOffsets("xe\u0301y"));
    }

    static string Normal(string form, string text) => Forms[form].Decode(Forms[form].Encode(text));
}
