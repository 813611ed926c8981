using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Models.Tests.Tokens;

/// <summary>Ids that other implementations gave, on tokenizers of third parties.</summary>
public sealed class TokenizerVectorTests
{
    [FixtureTheory]
    [InlineData("gpt2", "tokenizers/gpt2/tokenizer.json", 210)]
    [InlineData("gpt_neox", "tokenizers/gpt_neox/tokenizer.json", 213)]
    [InlineData("stories260K", "models/stories260K/tokenizer.json", 48)]
    public void Ids_are_those_of_the_vectors_and_decode_to_the_text(string name, string file, int count)
    {
        Tokenizer tokenizer = Tokenizer.Load(Fixtures.ThirdParty(file.Split('/')));
        using JsonDocument vectors = Read("tokenizers", name, "vectors.json");
        bool special = vectors.RootElement.GetProperty("adds_special_tokens").GetBoolean();
        JsonElement[] cases = [.. vectors.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.Equal(count, cases.Length);
        Assert.All(cases, vector =>
        {
            string text = vector.GetProperty("text").GetString()!;
            int[] ids = Ids(vector.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(text, special));
            if (name != "gpt_neox") // that one composes characters, so that the text may come back composed
                Assert.Equal(text, tokenizer.Decode(ids));
        });
    }

    [FixtureFact]
    public void Special_tokens_in_the_text_are_recognised()
    {
        Tokenizer tokenizer = Tokenizer.Load(Fixtures.ThirdParty("tokenizers", "gpt2"));
        using JsonDocument vectors = Read("tokenizers", "gpt2", "vectors.json");
        Assert.All(vectors.RootElement.GetProperty("special_token_cases").EnumerateArray(), vector =>
            Assert.Equal(Ids(vector.GetProperty("ids")), tokenizer.Encode(vector.GetProperty("text").GetString()!)));
        Assert.Equal("a", tokenizer.Decode([64, 50256]));
        Assert.Equal("a<|endoftext|>", tokenizer.Decode([64, 50256], skipSpecialTokens: false));
    }

    [FixtureFact]
    public void The_unit_cases_of_swift_transformers_hold_for_gpt2()
    {
        Tokenizer tokenizer = Tokenizer.Load(Fixtures.ThirdParty("tokenizers", "gpt2"));
        using JsonDocument cases = Read("tokenizers", "unit_cases", "tokenizer_tests.json");
        Assert.All(cases.RootElement.GetProperty("distilgpt2").EnumerateArray(), unit =>
        {
            int[] ids = Ids(unit.GetProperty("encoded").GetProperty("input_ids"));
            Assert.Equal(ids, tokenizer.Encode(unit.GetProperty("input").GetString()!));
            Assert.Equal(unit.GetProperty("input").GetString(), tokenizer.Decode(ids));
        });
    }

    [FixtureTheory]
    [InlineData("512")]
    [InlineData("4k")]
    public void Byte_pairs_in_minbpes_form_give_its_ids(string size)
    {
        Tokenizer tokenizer = TokenizerText.Load(
            VectorModels.MinBpe(Fixtures.ThirdParty("tokenizers", "small", $"tok{size}_fijalkow.model")));
        using JsonDocument vectors = Read("tokenizers", "small", $"vectors_minbpe_{size}.json");
        JsonElement[] cases = [.. vectors.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.Equal(67, cases.Length);
        Assert.All(cases, vector =>
        {
            int[] ids = Ids(vector.GetProperty("ids"));
            Assert.Equal(ids, tokenizer.Encode(vector.GetProperty("text").GetString()!));
            Assert.Equal(vector.GetProperty("text").GetString(), tokenizer.Decode(ids));
        });
    }

    /// <summary>Its own normalizer is a compiled table; for these texts NFKC and single spaces are the same.</summary>
    [FixtureFact]
    public void Unigram_gives_the_ids_of_SentencePiece()
    {
        Tokenizer tokenizer = TokenizerText.Load(VectorModels.SentencePieceUnigram(
            Fixtures.ThirdParty("tokenizers", "small", "sentencepiece_test_unigram.model"), """
            {"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"Regex":"[\u0000-\u0008\u000B\u000E-\u001F\u007F]"},"content":""},
            {"type":"NFKC"},{"type":"Replace","pattern":{"Regex":"\\A +| +(?![\\s\\S])"},"content":""},
            {"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]}
            """));
        using JsonDocument vectors = Read("tokenizers", "small", "vectors_sentencepiece_unigram.json");
        JsonElement[] cases = [.. vectors.RootElement.GetProperty("cases").EnumerateArray()];
        Assert.Equal(67, cases.Length);
        Assert.All(cases, vector => Assert.Equal(
            Ids(vector.GetProperty("ids")), tokenizer.Encode(vector.GetProperty("text").GetString()!)));
    }

    [FixtureFact]
    public void The_cases_and_continuations_of_stories260K_hold()
    {
        Tokenizer tokenizer = Tokenizer.Load(Fixtures.ThirdParty("models", "stories260K"));
        Assert.Equal([1, 403, 407, 261, 378], tokenizer.Encode("Once upon a time"));
        Assert.Equal(512, tokenizer.Count);
        Assert.Equal(" time", tokenizer.TokenText(378));
        Assert.Equal("\n", tokenizer.TokenText(13));
        Assert.Equal("<0xE2>", tokenizer.TokenText(tokenizer.IdOf("<0xE2>")!.Value));
        Assert.Equal("[512]", tokenizer.TokenText(512));
    }

    static JsonDocument Read(params string[] path) => JsonDocument.Parse(File.ReadAllBytes(Fixtures.ThirdParty(path)));

    static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];
}
