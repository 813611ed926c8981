using Hooke.Models.Tests.Weights;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens;

public sealed class WordLevelTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_written_word_tokenizer_reads_words_and_joins_them_again()
    {
        TokenizerJson.WriteWordLevel(_folder.File("tokenizer.json"), ["<bos>", "Mary", "gave", "\"milk\"", "née", "."], "<bos>");
        Tokenizer tokenizer = Tokenizer.Load(_folder.Path);
        Assert.Equal([0, 1, 2, 3, 4, 5], tokenizer.Encode("Mary  gave \"milk\"\nnée ."));
        Assert.Equal([1, 5], tokenizer.Encode("Mary .", addSpecialTokens: false));
        Assert.Equal([new(0, 0, 0), new(1, 1, 5), new(2, 7, 11)], tokenizer.EncodeWithOffsets(" Mary  gave"));
        Assert.Equal("Mary gave \"milk\" née .", tokenizer.Decode([0, 1, 2, 3, 4, 5]));
        Assert.Equal("<bos> Mary", tokenizer.Decode([0, 1], skipSpecialTokens: false));
        Assert.Equal(6, tokenizer.Count);
        Assert.Equal("née", tokenizer.TokenText(4));
        Assert.Equal(1, tokenizer.SingleToken(" Mary"));
        Assert.Null(tokenizer.SingleToken("Mary gave"));
        Assert.Equal([0], tokenizer.Encode(""));
    }

    [Fact]
    public void A_word_outside_the_vocabulary_is_refused_by_name_or_is_the_unknown_token()
    {
        TokenizerJson.WriteWordLevel(_folder.File("tokenizer.json"), ["<bos>", "Mary"], "<bos>");
        InputException refusal = Assert.Throws<InputException>(() => Tokenizer.Load(_folder.Path).Encode("Mary ran"));
        Assert.Contains("\"ran\"", refusal.Message, StringComparison.Ordinal);
        TokenizerJson.WriteWordLevel(_folder.File("tokenizer.json"), ["<bos>", "<unk>", "Mary"], "<bos>", "<unk>");
        Assert.Equal([0, 2, 1], Tokenizer.Load(_folder.Path).Encode("Mary ran"));
        Assert.Null(Tokenizer.Load(_folder.Path).SingleToken("ran"));
    }

    [Fact]
    public void The_same_words_give_the_same_bytes_and_identity()
    {
        string[] words = ["<bos>", "a", "b"];
        TokenizerJson.WriteWordLevel(_folder.File("one.json"), words, "<bos>");
        TokenizerJson.WriteWordLevel(_folder.File("two.json"), words, "<bos>");
        Assert.Equal(File.ReadAllBytes(_folder.File("one.json")), File.ReadAllBytes(_folder.File("two.json")));
        Assert.Equal(Tokenizer.Load(_folder.File("one.json")).Sha256, Tokenizer.Load(_folder.File("two.json")).Sha256);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "b c")]
    [InlineData("a", "")]
    public void Words_that_cannot_be_told_apart_are_not_written(string first, string second)
    {
        Assert.Throws<ArgumentException>(() => TokenizerJson.WriteWordLevel(_folder.File("t"), ["<bos>", first, second], "<bos>"));
        Assert.Throws<ArgumentException>(() => TokenizerJson.WriteWordLevel(_folder.File("t"), ["a"], "<bos>"));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
