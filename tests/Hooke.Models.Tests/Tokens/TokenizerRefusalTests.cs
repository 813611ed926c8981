using Hooke.Models.Tests.Weights;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens;

/// <summary>Tokenizers that cannot be used are refused with what, where and what there is.</summary>
public sealed class TokenizerRefusalTests
{
    [Theory]
    [InlineData("""{"type":"WordPiece","vocab":{}}""", "model is of kind \"WordPiece\", which is not supported; supported are BPE, Unigram, WordLevel")]
    [InlineData("""{"type":"WordLevel"}""", "model needs the object \"vocab\"")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":0,"b":0}}""", "gives the id 0 to \"a\" and to \"b\"")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":-1}}""", "\"a\" the id -1")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":2000000000}}""", "\"a\" the id 2000000000")]
    [InlineData("""{"type":"WordLevel","vocab":{"a":1.5}}""", "not a whole number")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a b"]}""", "needs the token \"ab\"")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":["a b c"]}""", "not of two tokens")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}""", "not of two tokens")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"?"}""", "unk_token \"?\"")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}""", "dropout")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"}""", "end_of_word_suffix")]
    [InlineData("""{"type":"BPE","vocab":{"a":0},"merges":[],"surprise":true}""", "the option \"surprise\"")]
    [InlineData("""{"type":"Unigram","unk_id":7,"vocab":[["a",-1]]}""", "unk_id 7")]
    [InlineData("""{"type":"Unigram","vocab":[["a"]]}""", "[token, score]")]
    [InlineData("""{"type":"Unigram","vocab":[["a",1e999]]}""", "finite score")]
    public void A_model_that_lies_is_refused(string model, string because) =>
        Assert.Contains(because, Refusal(TokenizerText.Join(model)), StringComparison.Ordinal);

    [Theory]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":""}""", "normalizer is of kind \"Precompiled\"")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Nmt"}]}""", "normalizer.normalizers[1] is of kind \"Nmt\"")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"["},"content":""}""", "cannot be read")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"a++"},"content":""}""", "cannot be read")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"\\w+"},"content":""}""", "in which \\w is not supported")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"[a[b]]"},"content":""}""", "a set inside a set")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"(?m:.)"},"content":""}""", "(?m:")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"(a)\\2"},"content":""}""", "cannot be read")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{},"content":""}""", "either \"String\" or \"Regex\"")]
    [InlineData("pre_tokenizer", """{"type":"BertPreTokenizer"}""", "pre_tokenizer is of kind \"BertPreTokenizer\"")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Sometimes"}""", "behavior \"Sometimes\"; known are")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"ab"}""", "one character")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"a","prepend_scheme":"maybe"}""", "known are always, first and never")]
    [InlineData("pre_tokenizer", """{"type":"ByteLevel","use_regex":1}""", "neither true nor false")]
    [InlineData("pre_tokenizer", """[]""", "pre_tokenizer is not an object")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder is of kind \"WordPiece\"")]
    [InlineData("post_processor", """{"type":"BertProcessing"}""", "post_processor is of kind \"BertProcessing\"")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[]}""", "exactly one Sequence A")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}""", "\"<s>\", which is not among")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}}],"special_tokens":{"<s>":{"ids":[9]}}}""", "not in the vocabulary")]
    [InlineData("added_tokens", """[{"id":9,"content":""}]""", "added_tokens[0] has 0 characters")]
    [InlineData("added_tokens", """[{"id":9,"content":"the"}]""", "the model gives it 1")]
    [InlineData("added_tokens", """[{"content":"x"}]""", "needs the number \"id\"")]
    [InlineData("surprise", """{}""", "the option \"surprise\"")]
    public void A_part_that_is_not_known_is_refused_by_name(string place, string part, string because)
    {
        string json = $$"""{"{{place}}":{{part}},"model":{{TokenizerText.Words}}}""";
        Assert.Contains(because, Refusal(json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"a":0,"a":1}}}""", "not valid JSON")]
    [InlineData("""{"model":{"type":"WordLevel","vocab":{"\ud800":0}}}""", "not valid JSON")]
    [InlineData("""{"model":{"type":"\ud800"}}""", "not valid Unicode")]
    [InlineData("[]", "is not an object")]
    [InlineData("{}", "needs the object \"model\"")]
    public void A_file_that_is_no_tokenizer_is_refused(string json, string because) =>
        Assert.Contains(because, Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_a_tokenizer_json_is_refused_with_what_to_do()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("save_pretrained",
            Assert.Throws<InputException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a+)+b")] // no look-around: matched in linear time
    [InlineData("(a|aa)+(?!a)b")] // look-around: stopped by the time limit
    public void A_regular_expression_that_backtracks_for_ever_does_not_hang(string pattern)
    {
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(
            TokenizerText.Words, $$"""{"type":"Replace","pattern":{"Regex":"{{pattern}}"},"content":""}"""));
        string text = new string('a', 50) + "!";
        if (pattern.Contains("?!", StringComparison.Ordinal))
            Assert.Contains("takes over", Assert.Throws<InputException>(() => tokenizer.Encode(text)).Message, StringComparison.Ordinal);
        else
            Assert.Equal([0], tokenizer.Encode(text));
    }

    [Fact]
    public void Text_or_an_id_that_has_no_token_is_refused()
    {
        Tokenizer words = TokenizerText.Load(TokenizerText.Join("""{"type":"BPE","vocab":{"a":0},"merges":[]}"""));
        Assert.Contains("\"b\"", Assert.Throws<InputException>(() => words.Encode("ab")).Message, StringComparison.Ordinal);
        Assert.Contains("ids are 0..0", Assert.Throws<InputException>(() => words.Decode([1])).Message, StringComparison.Ordinal);
        Assert.Equal("[1]", words.TokenText(1));
    }

    static string Refusal(string json)
    {
        string message = Assert.Throws<InputException>(() => TokenizerText.Load(json)).Message;
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
        return message;
    }
}
