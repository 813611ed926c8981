using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Hooke.Models.Tests.Tokens;

/// <summary>Tokenizers in other forms, written as tokenizer.json.</summary>
static class VectorModels
{
    /// <summary>
    /// minbpe's text form: a heading, the split pattern, the number of special tokens, and pairs of ids that become ids
    /// from 256 on; the ids below are the bytes.
    /// </summary>
    public static string MinBpe(string path)
    {
        string[] lines = File.ReadAllLines(path);
        Assert.Equal(("minbpe v1", "0"), (lines[0], lines[2]));
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(b => TokenizerText.ByteCharacter((byte)b).ToString())];
        List<string[]> merges = [];
        foreach (int[] pair in lines.Skip(3).Where(line => line.Length > 0).Select(Pair))
        {
            merges.Add([tokens[pair[0]], tokens[pair[1]]]);
            tokens.Add(string.Concat(merges[^1]));
        }
        // What follows these two possessive quantifiers cannot begin with what they took: they are as greedy ones.
        string pattern = lines[1].Replace("?+", "?", StringComparison.Ordinal).Replace("++", "+", StringComparison.Ordinal);
        return TokenizerText.Join(
            Json(new { type = "BPE", vocab = tokens.Index().ToDictionary(token => token.Item, token => token.Index), merges }),
            preTokenizer: Json(new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Split", pattern = new { Regex = pattern }, behavior = "Isolated", invert = false },
                    new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = false },
                },
            }),
            decoder: """{"type":"ByteLevel"}""");
    }

    /// <summary>The pieces and scores of a SentencePiece unigram model, with a normalizer given as tokenizer.json has it.</summary>
    public static string SentencePieceUnigram(string path, string normalizer)
    {
        List<object[]> vocab = [];
        foreach ((int field, byte[] piece) in Fields(File.ReadAllBytes(path)).Where(field => field.Number == 1))
        {
            string text = "";
            float score = 0;
            foreach ((int number, byte[] value) in Fields(piece))
                (text, score) = number switch
                {
                    1 => (Encoding.UTF8.GetString(value), score),
                    2 => (text, BinaryPrimitives.ReadSingleLittleEndian(value)),
                    _ => (text, score),
                };
            vocab.Add([text, score]);
        }
        return TokenizerText.Join(Json(new { type = "Unigram", unk_id = 0, vocab }), normalizer,
            """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""");
    }

    /// <summary>The fields of a protocol buffer message: numbers as their varint's bytes, the others as they stand.</summary>
    static IEnumerable<(int Number, byte[] Value)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            int key = Varint(message, ref at), start = at;
            int length = (key & 7) switch { 0 => Varint(message, ref at), 2 => Varint(message, ref at), 5 => 4, _ => 8 };
            start = (key & 7) == 2 ? at : start;
            at = (key & 7) == 0 ? at : start + length;
            yield return (key >> 3, message[start..at]);
        }
    }

    static int Varint(byte[] message, ref int at)
    {
        int value = 0;
        for (int shift = 0; ; shift += 7)
        {
            value |= (message[at] & 0x7F) << shift;
            if (message[at++] < 0x80)
                return value;
        }
    }

    static int[] Pair(string line) => [.. line.Split(' ').Select(int.Parse)];

    static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
