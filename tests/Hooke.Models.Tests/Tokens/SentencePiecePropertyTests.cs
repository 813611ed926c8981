using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Models.Tests.Tokens;

/// <summary>What holds for any text on tokenizers that spell unknown text in bytes, as those of Llama 2 and Gemma are stored.</summary>
public sealed class SentencePiecePropertyTests
{
    const string Llama2 = "Llama 2", Gemma = "Gemma";

    static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL);

    public static TheoryData<string> Kinds => [Llama2, Gemma];

    /// <summary>The mark that stands for a space reads as a space: it is the one character that does not come back.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Decoding_gives_back_any_text_but_the_space_mark(string kind)
    {
        Tokenizer tokenizer = Load(kind);
        Prop.ForAll<int[]>(seeds =>
        {
            string text = RandomText.From(seeds) + " the";
            return tokenizer.Decode(tokenizer.Encode(text)) == text.Replace('▁', ' ');
        }).Check(Settings);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_offsets_cover_any_text_and_point_at_what_the_tokens_say(string kind)
    {
        Tokenizer tokenizer = Load(kind);
        Prop.ForAll<int[]>(seeds =>
        {
            string text = RandomText.From(seeds);
            return RandomText.Covers(tokenizer, text, tokenizer.EncodeWithOffsets(text, addSpecialTokens: false),
                piece => piece.Replace('▁', ' '), ids => tokenizer.Decode([tokenizer.IdOf("a")!.Value, .. ids])[1..]);
        }).Check(Settings);
    }

    [Fact]
    public void Pieces_bytes_and_the_space_before_the_text_are_as_the_two_families_write_them()
    {
        Assert.Equal(["<s>", "▁the", "▁the", "<0x0A>", "<0xC3>", "<0xA9>", "▁", "▁", "a"], Pieces(Llama2, "the the\né  a"));
        Assert.Equal(["<s>", "the", "▁the", "<0x0A>", "<0xC3>", "<0xA9>", "▁▁", "a"], Pieces(Gemma, "the the\né  a"));
        Assert.Equal(["<s>"], Pieces(Llama2, ""));
        Assert.Equal(" the", Load(Llama2).Decode(Load(Llama2).Encode(" the")));
    }

    static string[] Pieces(string kind, string text)
    {
        Tokenizer tokenizer = Load(kind);
        return [.. tokenizer.Encode(text).Select(tokenizer.PieceOf)];
    }

    static Tokenizer Load(string kind)
    {
        string[] merges = kind == Llama2 ? ["t h", "th e", "▁ the"] : ["t h", "th e", "▁ the", "▁ ▁"];
        IEnumerable<string> tokens = ((string[])["<unk>", "<s>", "</s>"]).Concat(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>"))
            .Concat(["▁", "t", "h", "e", "a", .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))]);
        string model = JsonSerializer.Serialize(new
        {
            type = "BPE",
            unk_token = "<unk>",
            fuse_unk = true,
            byte_fallback = true,
            vocab = tokens.Index().ToDictionary(token => token.Item, token => token.Index),
            merges,
        });
        string spaces = """{"type":"Replace","pattern":{"String":" "},"content":"▁"}""";
        string back = """{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}""";
        string added = """[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}]""";
        string frame = """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""";
        return TokenizerText.Load(kind == Llama2
            ? TokenizerText.Join(model, $$"""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{{spaces}}]}""",
                decoder: $$"""{"type":"Sequence","decoders":[{{back}},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
                postProcessor: frame, added: added)
            : TokenizerText.Join(model, spaces,
                """{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}""",
                $$"""{"type":"Sequence","decoders":[{{back}}]}""", frame, added));
    }
}
