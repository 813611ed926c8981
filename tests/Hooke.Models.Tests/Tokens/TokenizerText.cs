using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Models.Tests.Weights;

namespace Hooke.Models.Tests.Tokens;

/// <summary>Small tokenizer.json texts for the tests.</summary>
static class TokenizerText
{
    public const string Gpt2Words =
        """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";

    public const string Llama3Words = """
        {"type":"Sequence","pretokenizers":[
          {"type":"Split","pattern":{"Regex":"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},
          {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}
        """;

    /// <summary>Whole words, of which few are known.</summary>
    public const string Words =
        """{"type":"WordLevel","vocab":{"[UNK]":0,"the":1,"Hello":2,"a":3},"unk_token":"[UNK]"}""";

    /// <summary>A token for each byte and no merges: with <see cref="BytesToText"/>, decoding gives the normalized text.</summary>
    public static string Bytes { get; } = Serialize(new JsonObject
    {
        ["type"] = "BPE",
        ["byte_fallback"] = true,
        ["vocab"] = Vocabulary(Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")),
        ["merges"] = new JsonArray(),
    });

    public const string BytesToText = """{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"}]}""";

    /// <summary>A byte-level model of the 256 bytes and a few merges.</summary>
    public static string ByteLevelModel(params string[] merges)
    {
        IEnumerable<string> bytes = Enumerable.Range(0, 256).Select(b => ByteCharacter((byte)b).ToString());
        return Serialize(new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = Vocabulary(bytes.Concat(merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)))),
            ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
        });
    }

    public static string Join(
        string model, string normalizer = "null", string preTokenizer = "null", string decoder = "null",
        string postProcessor = "null", string added = "[]") => $$"""
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":{{added}},"normalizer":{{normalizer}},
        "pre_tokenizer":{{preTokenizer}},"post_processor":{{postProcessor}},"decoder":{{decoder}},"model":{{model}}}
        """;

    public static Tokenizer Load(string json) => Load(Encoding.UTF8.GetBytes(json));

    public static Tokenizer Load(byte[] json)
    {
        using TemporaryFolder folder = new();
        _ = folder.File("tokenizer.json", json);
        return Tokenizer.Load(folder.Path);
    }

    /// <summary>GPT-2's character for a byte, written out here a second time from its definition.</summary>
    public static char ByteCharacter(byte b)
    {
        bool printable = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
        int before = Enumerable.Range(0, b).Count(x => x is not ((>= 33 and <= 126) or (>= 161 and <= 172) or >= 174));
        return printable ? (char)b : (char)(256 + before);
    }

    static JsonObject Vocabulary(IEnumerable<string> tokens)
    {
        JsonObject vocabulary = [];
        foreach (string token in tokens)
            vocabulary[token] = vocabulary.Count;
        return vocabulary;
    }

    static string Serialize(JsonObject json) => json.ToJsonString(JsonSerializerOptions.Default);
}
