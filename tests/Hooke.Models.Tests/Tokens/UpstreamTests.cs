using System.Globalization;

namespace Hooke.Models.Tests.Tokens;

/// <summary>What the Hugging Face tokenizers library, version 0.23.2, gave for small tokenizers of each kind of part.</summary>
public sealed class UpstreamTests
{
    [Theory]
    [InlineData("""{"type":"Whitespace"}""", "Hello  wor_ld's, 3½x! é", "0-5 7-13 13-14 14-15 15-16 17-18 18-19 19-20 20-21 22-23")]
    [InlineData("""{"type":"WhitespaceSplit"}""", " Hello\tthe\u00a0 a.b\n", "1-6 7-10 12-15")]
    [InlineData("""{"type":"Digits","individual_digits":true}""", "a12½b Ⅷ", "0-1 1-2 2-3 3-4 4-6 6-7")]
    [InlineData("""{"type":"Digits","individual_digits":false}""", "a12½b Ⅷ", "0-1 1-4 4-6 6-7")]
    [InlineData("""{"type":"Punctuation","behavior":"Isolated"}""", "a,,b $+«x» _", "0-1 1-2 2-3 3-5 5-6 6-7 7-8 8-9 9-10 10-11 11-12")]
    [InlineData("""{"type":"Punctuation","behavior":"Contiguous"}""", "a,,b $+«x» _", "0-1 1-3 3-5 5-8 8-9 9-10 10-11 11-12")]
    [InlineData("""{"type":"Punctuation","behavior":"Removed"}""", "a,,b $+«x» _", "0-1 3-5 8-9 10-11")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Removed","invert":false}""", "-a--b-c-", "1-2 4-5 6-7")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Isolated","invert":false}""", "-a--b-c-", "0-1 1-2 2-3 3-4 4-5 5-6 6-7 7-8")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithPrevious","invert":false}""", "-a--b-c-", "0-1 1-3 3-4 4-6 6-8")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"MergedWithNext","invert":false}""", "-a--b-c-", "0-2 2-3 3-5 5-7 7-8")]
    [InlineData("""{"type":"Split","pattern":{"String":"-"},"behavior":"Contiguous","invert":false}""", "-a--b-c-", "0-1 1-2 2-4 4-5 5-6 6-7 7-8")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Removed","invert":true}""", "ab1cd, e", "0-2 3-5 7-8")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"MergedWithNext","invert":true}""", "1ab1cd, e", "0-3 3-6 6-9")]
    [InlineData("""{"type":"Split","pattern":{"Regex":"(?=[A-Z])"},"behavior":"Isolated","invert":false}""", "HelloThereA", "0-5 5-10 10-11")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", " Hello  the a", "0-6 6-7 7-11 11-13")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", "Hello the", "0-5 5-9")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""", "Hello the", "0-5 5-9")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""", "Hello the", "0-9")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", "Hello's  the\n\n x9é!", "0-5 5-7 7-8 8-12 12-14 14-16 16-17 17-18 18-19")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""", " 'LL they'LL  ", "0-2 2-4 4-9 9-10 10-12 12-14")]
    [InlineData("""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Punctuation","behavior":"Isolated"},{"type":"Digits","individual_digits":true}]}""", "a-12 b.", "0-1 1-2 2-3 3-4 5-6 6-7")]
    public void Pre_tokenizers_split_where_upstream_does(string preTokenizer, string text, string pieces)
    {
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(TokenizerText.Words, preTokenizer: preTokenizer));
        Assert.Equal(pieces, string.Join(' ', tokenizer.EncodeWithOffsets(text).Select(token => $"{token.Start}-{token.End}")));
    }

    [Theory]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "a b", "▁a b")]
    [InlineData("""{"type":"Prepend","prepend":"▁"}""", "", "")]
    [InlineData("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}""", "a  b", "a▁▁b")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":" {2,}|[0-9]+"},"content":"$1"}""", "a  b12", "a$1b$1")]
    [InlineData("""{"type":"Lowercase"}""", "À\u03a3\u0130X ß", "à\u03c3i\u0307x ß")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":false}""", " \u3000a b ", "a b ")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""", "  ", "")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"Replace","pattern":{"Regex":"\\p{Mn}"},"content":""},{"type":"Lowercase"}]}""", "É\ufb01N", "efin")]
    public void Normalizers_change_text_as_upstream_does(string normalizer, string text, string normal)
    {
        Tokenizer tokenizer = TokenizerText.Load(
            TokenizerText.Join(TokenizerText.Bytes, normalizer, decoder: TokenizerText.BytesToText));
        Assert.Equal(normal, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Theory]
    [InlineData("null", new[] { 1, 4 }, "▁Hello x▁y")]
    [InlineData("""{"type":"Fuse"}""", new[] { 1, 4 }, "▁Hellox▁y")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""", new[] { 2, 1, 4 }, "the Hellox y")]
    [InlineData("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""", new[] { 2, 1, 4 }, "  the Hellox y")]
    [InlineData("""{"type":"ByteFallback"}""", new[] { 5, 6, 7, 1, 5, 6, 4 }, "\u20ac▁Hello\ufffd\ufffdx▁y")]
    [InlineData("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""", new[] { 8, 9, 10, 11, 8 }, " the\n\ufffd\u4e2d the")]
    [InlineData("""{"type":"Strip","content":"▁","start":1,"stop":0}""", new[] { 2, 1 }, "▁theHello")]
    [InlineData("""{"type":"Strip","content":"a","start":0,"stop":1}""", new[] { 12, 1 }, "a▁Hello")]
    [InlineData("""{"type":"Replace","pattern":{"String":"▁"},"content":" "}""", new[] { 2, 4 }, "  thex y")]
    [InlineData("""{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""", new[] { 1, 5, 6, 7, 2 }, "Hello\u20ac  the")]
    public void Decoders_put_tokens_together_as_upstream_does(string decoder, int[] ids, string text)
    {
        const string Model = """
            {"type":"WordLevel","unk_token":"[UNK]","vocab":{"[UNK]":0,"▁Hello":1,"▁▁the":2,"▁":3,"x▁y":4,
            "<0xE2>":5,"<0x82>":6,"<0xAC>":7,"Ġthe":8,"Ċ":9,"é":10,"中":11,"aa":12}}
            """;
        Assert.Equal(text, TokenizerText.Load(TokenizerText.Join(Model, decoder: decoder)).Decode(ids));
    }

    [Theory]
    [InlineData("a<s>Hello", "3:0-1 4:1-4 0:4-9")]
    [InlineData("a <m>  Hello", "3:0-1 5:1-7 0:7-12")]
    [InlineData("one tone one_ one", "6:0-3 0:4-8 0:9-13 6:14-17")]
    [InlineData("<s><s><s>", "7:0-6 4:6-9")]
    [InlineData("a SHOUT shouting", "3:0-1 8:2-7 8:8-13 0:13-16")]
    [InlineData(" <m> <m> ", "5:0-5 5:5-9")]
    public void Added_tokens_are_found_where_upstream_finds_them(string text, string tokens)
    {
        const string Added = """
            [{"id":4,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
            {"id":5,"content":"<m>","single_word":false,"lstrip":true,"rstrip":true,"normalized":false,"special":true},
            {"id":6,"content":"one","single_word":true,"lstrip":false,"rstrip":false,"normalized":false,"special":false},
            {"id":7,"content":"<s><s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false},
            {"id":8,"content":"SHOUT","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false}]
            """;
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(
            TokenizerText.Words, """{"type":"Lowercase"}""", """{"type":"WhitespaceSplit"}""", added: Added));
        Assert.Equal(tokens, string.Join(
            ' ', tokenizer.EncodeWithOffsets(text).Select(token => $"{token.Id}:{token.Start}-{token.End}")));
    }

    [Theory]
    [InlineData("abb c", "8 2 4 7")]
    [InlineData("aab", "1 3")]
    [InlineData("zzab", "4 0 3")]
    [InlineData("b", "4 2")]
    [InlineData("  a", "4 1")]
    public void Unigram_finds_the_segmentation_that_upstream_finds(string text, string ids)
    {
        const string Model = """
            {"type":"Unigram","unk_id":0,"byte_fallback":false,"vocab":[["<unk>",0],["▁a",-2],["b",-3],["ab",-2.5],
            ["▁",-4],["a",-3],["abb",-5.6],["c",-1],["▁ab",-4.4]]}
            """;
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(
            Model, preTokenizer: """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"""));
        Assert.Equal(ids, string.Join(' ', tokenizer.Encode(text)));
    }

    [Theory]
    [InlineData(true, false, "abc cab abcab xyab axxb", "1 5 3 4 1 5 4 0 4 1 0 2")]
    [InlineData(true, true, "abc cab abcab xyab axxb", "6 7 1 5 4 0 4 1 0 2")]
    [InlineData(false, false, "abc cab abcab xyab axxb", "1 5 3 4 1 5 4 0 0 4 1 0 0 2")]
    [InlineData(false, true, "abc cab abcab xyab axxb", "6 7 1 5 4 0 0 4 1 0 0 2")]
    public void Byte_pairs_merge_and_unknowns_fuse_as_upstream(bool fuse, bool wholeFirst, string text, string ids)
    {
        string model = string.Create(CultureInfo.InvariantCulture, $$"""
            {"type":"BPE","unk_token":"?","fuse_unk":{{(fuse ? "true" : "false")}},"ignore_merges":{{(wholeFirst ? "true" : "false")}},
            "vocab":{"?":0,"a":1,"b":2,"c":3,"ab":4,"bc":5,"abc":6,"cab":7},"merges":["b c","a b",["ab","c"]]}
            """);
        Tokenizer tokenizer = TokenizerText.Load(
            TokenizerText.Join(model, preTokenizer: """{"type":"WhitespaceSplit"}"""));
        Assert.Equal(ids, string.Join(' ', tokenizer.Encode(text)));
    }
}
