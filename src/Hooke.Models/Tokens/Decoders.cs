using System.Text;

namespace Hooke.Models;

/// <summary>One step from the texts of tokens back to what was written.</summary>
interface IDecoder
{
    List<string> Apply(List<string> tokens);
}

/// <summary>Reads the "decoder" of a tokenizer.json.</summary>
static class Decoders
{
    public static IDecoder Read(JsonPart part)
    {
        IDecoder decoder = part.Kind switch
        {
            "Sequence" => new DecoderSequence([.. part.Parts("decoders").Select(Read)]),
            "ByteLevel" => new ByteLevelDecoder(),
            "ByteFallback" => new ByteFallback(),
            "Fuse" => new Fuse(),
            "Strip" => ReadStrip(part),
            "Replace" => new ReplaceInTokens(TextPattern.Read(part), part.Text("content")),
            "Metaspace" => ReadMetaspace(part),
            _ => throw part.UnknownKind(
                "Sequence", "ByteLevel", "ByteFallback", "Fuse", "Strip", "Replace", "Metaspace"),
        };
        part.Close("trim_offsets", "add_prefix_space", "use_regex");
        return decoder;
    }

    static StripCharacter ReadStrip(JsonPart part) => part.Text("content") is { Length: 1 } character
        ? new(character[0], part.Integer("start") ?? 0, part.Integer("stop") ?? 0)
        : throw part.Refusal("needs a \"content\" of one character");

    static MetaspaceDecoder ReadMetaspace(JsonPart part)
    {
        _ = (part.TextOrNull("str_rep"), part.Flag("split", true));
        return new(Metaspace.ReadMark(part)[0], Metaspace.ReadPrepend(part) != Metaspace.PrependTo.None);
    }
}

/// <summary>Decoders one after the other.</summary>
sealed class DecoderSequence(IDecoder[] decoders) : IDecoder
{
    public List<string> Apply(List<string> tokens) =>
        decoders.Aggregate(tokens, (changed, decoder) => decoder.Apply(changed));
}

/// <summary>
/// From <see cref="ByteAlphabet"/> back to bytes, and these to text; a token with other characters stands for itself.
/// </summary>
sealed class ByteLevelDecoder : IDecoder
{
    public List<string> Apply(List<string> tokens) =>
        [Encoding.UTF8.GetString([.. tokens.SelectMany(Bytes)])];

    static byte[] Bytes(string token) => ByteAlphabet.BytesOf(token) ?? Encoding.UTF8.GetBytes(token);
}

/// <summary>Runs of byte tokens become their text, or one U+FFFD a byte where they are not UTF-8.</summary>
sealed class ByteFallback : IDecoder
{
    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public List<string> Apply(List<string> tokens)
    {
        List<string> texts = [];
        List<byte> run = [];
        foreach (string token in tokens)
        {
            if (ByteTokens.ByteOf(token) is byte value)
            {
                run.Add(value);
                continue;
            }
            Finish();
            texts.Add(token);
        }
        Finish();
        return texts;

        void Finish()
        {
            if (run.Count == 0)
                return;
            try
            {
                texts.Add(Strict.GetString([.. run]));
            }
            catch (DecoderFallbackException)
            {
                texts.Add(new('\uFFFD', run.Count));
            }
            run.Clear();
        }
    }
}

/// <summary>All tokens become one.</summary>
sealed class Fuse : IDecoder
{
    public List<string> Apply(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Takes up to so many of a character off both ends of every token.</summary>
sealed class StripCharacter(char character, int start, int stop) : IDecoder
{
    public List<string> Apply(List<string> tokens) => [.. tokens.Select(token =>
    {
        int from = 0, to = token.Length;
        while (from < to && from < start && token[from] == character)
            from++;
        while (to > from && token.Length - to < stop && token[to - 1] == character)
            to--;
        return token[from..to];
    })];
}

/// <summary>Replaces every match in every token.</summary>
sealed class ReplaceInTokens(TextPattern pattern, string content) : IDecoder
{
    readonly ReplaceText _replace = new(pattern, content);

    public List<string> Apply(List<string> tokens) =>
        [.. tokens.Select(token => _replace.Apply(AlignedText.Original(token, 0)).Text)];
}

/// <summary>Marks become spaces; those of the first token go where one was put before the text.</summary>
sealed class MetaspaceDecoder(char mark, bool dropFirst) : IDecoder
{
    public List<string> Apply(List<string> tokens) => [.. tokens.Select((token, i) => dropFirst && i == 0
        ? token.Replace($"{mark}", "", StringComparison.Ordinal)
        : token.Replace(mark, ' '))];
}
