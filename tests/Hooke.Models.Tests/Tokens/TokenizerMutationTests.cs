using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Hooke.Models.Tests.Weights;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Tokens;

/// <summary>A tokenizer.json changed at random is read or refused; nothing else happens.</summary>
public sealed class TokenizerMutationTests
{
    const string Text = " Hello  the world 123,\n<s>naïve 中文 😀 a";

    static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(20260101UL, 7UL);

    static readonly string[] Originals =
    [
        TokenizerText.Join(
            TokenizerText.ByteLevelModel("t h", "th e", "Ġ the"), """{"type":"NFC"}""", TokenizerText.Llama3Words,
            """{"type":"ByteLevel"}""", """{"type":"ByteLevel","trim_offsets":true}"""),
        TokenizerText.Join(
            """{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0],["▁a",-2],["b",-3.5],["<s>",-9]]}""",
            """{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]}""",
            """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""",
            """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Metaspace","replacement":"▁"},{"type":"Strip","content":" ","start":1,"stop":0}]}""",
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[3],"tokens":["<s>"]}}}""",
            """[{"id":3,"content":"<s>","special":true,"normalized":false,"lstrip":true,"rstrip":false,"single_word":false}]"""),
        TokenizerText.Join(
            TokenizerText.Words, """{"type":"Lowercase"}""",
            """{"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"Isolated"},{"type":"Digits"},{"type":"WhitespaceSplit"}]}"""),
    ];

    static readonly string[] Configs =
    [
        """{"bos_token":"<s>","eos_token":{"content":"</s>","special":true},"chat_template":"{{ bos_token }}{% for m in messages %}{{ m.role + eos_token }}{% endfor %}"}""",
        """{"bos_token":null,"chat_template":[{"name":"default","template":"{{ messages | tojson }}"},{"name":"tool_use","template":"{{ tools[0] }}"}]}""",
    ];

    /// <summary>What random values are taken from: other kinds, extremes, and regular expressions that run away.</summary>
    static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1", "3", "2147483647", "1e300", "\"\"", "\"▁\"", "\"a\"", "\"Sequence\"", "\"NFC\"", "\"ByteLevel\"",
        "\"Split\"", "\"BPE\"", "\"(a+)+$\"", "\"(?=(.*)*x)\"", "\"\\\\p{L}\"", "[]", "{}", "[[]]", "[\"a b\"]", "{\"a\":0}",
        "{\"String\":\"\"}", "[[[[[[[[{}]]]]]]]]", "9999999", "10000001", "\"{{ x\"", "{\"content\":[]}", "{\"Regex\":\"(?=a)\"}", "{\"type\":\"Fuse\"}", "{\"type\":\"Whitespace\"}",
    ];

    [Fact]
    public void Bytes_changed_at_random_are_read_or_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 1).Draw();
        return IsReadOrRefused(Mutation.OfBytes(System.Text.Encoding.UTF8.GetBytes(draws.Pick(Originals)), draws));
    }).Check(Settings);

    [Fact]
    public void Values_changed_at_random_are_read_or_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 2).Draw();
        JsonNode root = JsonNode.Parse(draws.Pick(Originals))!;
        for (int changes = 1 + draws.Below(3); changes > 0; changes--)
            Change(draws.Pick(Places(root)), root, draws);
        return IsReadOrRefused(System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()));
    }).Check(Settings);

    [Fact]
    public void Configs_changed_at_random_give_a_prompt_or_are_refused() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed, 5).Draw();
        JsonNode root = JsonNode.Parse(draws.Pick(Configs))!;
        for (int changes = 1 + draws.Below(3); changes > 0; changes--)
            Change(draws.Pick(Places(root)), root, draws);
        byte[] json = System.Text.Encoding.UTF8.GetBytes(root.ToJsonString());
        return IsPromptOrRefused(draws.Chance(0.5) ? json : Mutation.OfBytes(json, draws));
    }).Check(Settings);

    static bool IsPromptOrRefused(byte[] config)
    {
        using TemporaryFolder folder = new();
        _ = folder.File("tokenizer.json", System.Text.Encoding.UTF8.GetBytes(Originals[0]));
        _ = folder.File("tokenizer_config.json", config);
        try
        {
            ChatPrompt prompt = Tokenizer.Load(folder.Path).Chat([new("user", Text)]);
            return Tokenizer.Load(folder.Path).Encode(prompt.Text, addSpecialTokens: false).SequenceEqual(prompt.Ids);
        }
        catch (InputException refusal)
        {
            return refusal.Message.Length > 0;
        }
    }

    [Fact]
    public void A_normalizer_that_makes_text_grow_without_bound_is_refused()
    {
        string tenfold = """{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"}""";
        Tokenizer tokenizer = TokenizerText.Load(TokenizerText.Join(TokenizerText.Words,
            $$"""{"type":"Sequence","normalizers":[{{string.Join(',', Enumerable.Repeat(tenfold, 30))}}]}"""));
        Assert.Contains("more than it should", Assert.Throws<InputException>(() => tokenizer.Encode("a")).Message, StringComparison.Ordinal);
        Assert.Contains("more than 1024", Assert.Throws<InputException>(() => TokenizerText.Load(TokenizerText.Join(
            TokenizerText.Words, $$"""{"type":"Prepend","prepend":"{{new string('a', 2000)}}"}"""))).Message, StringComparison.Ordinal);
    }

    static void Change(JsonNode place, JsonNode root, Draws draws)
    {
        JsonNode? value = draws.Chance(0.3) ? draws.Pick(Places(root)).DeepClone() : JsonNode.Parse(draws.Pick(Values));
        switch (place.Parent)
        {
            case JsonObject parent when draws.Chance(0.2):
                _ = parent.Remove(place.GetPropertyName());
                break;
            case JsonObject parent:
                parent[place.GetPropertyName()] = value;
                break;
            case JsonArray parent:
                parent[place.GetElementIndex()] = value;
                break;
            default:
                break;
        }
    }

    /// <summary>All values of the document, with those of a vocabulary counted as few.</summary>
    static List<JsonNode> Places(JsonNode root)
    {
        List<JsonNode> places = [root];
        for (int i = 0; i < places.Count; i++)
            places.AddRange(places[i] switch
            {
                JsonObject inner => inner.Select(member => member.Value).OfType<JsonNode>().Take(30),
                JsonArray inner => inner.OfType<JsonNode>(),
                _ => [],
            });
        return places;
    }

    static bool IsReadOrRefused(byte[] json)
    {
        try
        {
            Tokenizer tokenizer = TokenizerText.Load(json);
            IReadOnlyList<Token> tokens = tokenizer.EncodeWithOffsets(Text);
            int[] ids = [.. tokens.Select(token => token.Id)];
            _ = tokenizer.Decode(ids, skipSpecialTokens: false);
            return tokens.All(token => token.Id >= 0 && token.Id < tokenizer.Count && tokenizer.PieceOf(token.Id) != $"[{token.Id}]"
                && token.Start >= 0 && token.Start <= token.End && token.End <= Text.Length)
                && ids.SequenceEqual(TokenizerText.Load(json).Encode(Text));
        }
        catch (InputException refusal)
        {
            return refusal.Message.Length > 0;
        }
    }
}
