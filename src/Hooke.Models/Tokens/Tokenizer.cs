using System.Security.Cryptography;
using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Text to token ids and back, as a Hugging Face `tokenizer.json` says.</summary>
/// <remarks>
/// Added tokens are cut out first, then come normalizer, pre-tokenizer, model, and the special tokens around the text.
/// What the file asks for and Hooke does not know is refused by name when it is loaded.
/// </remarks>
public sealed class Tokenizer
{
    const string FileName = "tokenizer.json";
    const int LargestFile = 200_000_000;

    readonly Vocabulary _vocabulary = new();
    readonly INormalizer? _normalizer;
    readonly IPreTokenizer? _preTokenizer;
    readonly ITokenModel _model;
    readonly AddedTokens _added;
    readonly SpecialFrame _frame = SpecialFrame.None;
    readonly IDecoder? _decoder;
    readonly Lazy<ChatFiles> _chat; // read when asked for: a template that cannot be read does no harm before

    Tokenizer(byte[] json, string path)
    {
        _chat = new(() => ChatFiles.Beside(path));
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(json));
        using JsonDocument document = JsonFile.Parse(json, path);
        JsonPart file = new(document.RootElement, path, "");
        _model = TokenModels.Read(file.Part("model"), _vocabulary);
        if (file.PartOrNull("normalizer") is JsonPart normalizer)
            _normalizer = Normalizers.Read(normalizer);
        if (file.PartOrNull("pre_tokenizer") is JsonPart preTokenizer)
            _preTokenizer = PreTokenizers.Read(preTokenizer);
        _added = AddedTokens.Read(file, _vocabulary, _normalizer);
        if (file.PartOrNull("post_processor") is JsonPart postProcessor)
            _frame = SpecialFrame.Read(postProcessor, _vocabulary);
        if (file.PartOrNull("decoder") is JsonPart decoder)
            _decoder = Decoders.Read(decoder);
        file.Close("version", "truncation", "padding"); // Hooke neither truncates nor pads
    }

    /// <summary>One more than the highest token id.</summary>
    public int Count => _vocabulary.Count;

    /// <summary>SHA-256 of the bytes of the tokenizer.json, in lower-case hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>The tokens that stand for no text, such as a begin-of-text, in rising order.</summary>
    public IReadOnlyList<int> SpecialTokens => _added.Special;

    /// <summary>Reads a `tokenizer.json`, or that of a model's folder.</summary>
    /// <exception cref="InputException">
    /// There is none, it is damaged, or it asks for a part that is not supported.
    /// </exception>
    public static Tokenizer Load(string folderOrFile)
    {
        string path = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, FileName) : folderOrFile;
        if (!File.Exists(path))
            throw new InputException($"There is no {path}; a tokenizer in another form becomes one in Python with "
                + "AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR).");
        return new(InputFile.ReadAllBytes(path, LargestFile), path);
    }

    /// <summary>The token ids of a text; special tokens that stand in it are recognised.</summary>
    /// <param name="text">Any Unicode text.</param>
    /// <param name="addSpecialTokens">Put the file's special tokens around it, such as a begin-of-text.</param>
    /// <exception cref="InputException">
    /// A character cannot be encoded, or half a surrogate pair is in the text.
    /// </exception>
    public int[] Encode(string text, bool addSpecialTokens = true) =>
        [.. EncodeWithOffsets(text, addSpecialTokens).Select(token => token.Id)];

    /// <summary>
    /// The tokens of a text with the characters each came from; a word's leading space belongs to its token.
    /// </summary>
    /// <exception cref="InputException">
    /// A character cannot be encoded, or half a surrogate pair is in the text.
    /// </exception>
    public IReadOnlyList<Token> EncodeWithOffsets(string text, bool addSpecialTokens = true)
    {
        CheckUnicode(text);
        List<Token> tokens = [];
        if (addSpecialTokens)
            tokens.AddRange(_frame.Before.Select(id => new Token(id, 0, 0)));
        foreach ((AlignedText part, int? added) in _added.SplitOriginal(AlignedText.Original(text, 0)))
            if (added is int id)
                AddToken(id, part, tokens);
            else
                EncodePart(_normalizer?.Apply(part) ?? part, tokens);
        if (addSpecialTokens)
            tokens.AddRange(_frame.After.Select(id => new Token(id, text.Length, text.Length)));
        return tokens;
    }

    /// <summary>A conversation as the model reads it, by the chat template beside the tokenizer.json.</summary>
    /// <param name="messages">The messages, first to last.</param>
    /// <param name="addGenerationPrompt">End with what begins the assistant's answer.</param>
    /// <param name="options">What else the template is told.</param>
    /// <remarks>
    /// Special tokens that the template writes are found in its text, and none is put around it. What a user writes
    /// stands in the same text: a special token spelt out in a message is one.
    /// </remarks>
    /// <exception cref="InputException">
    /// There is no template, it cannot be read, needs what is not supported, or refuses the messages.
    /// </exception>
    public ChatPrompt Chat(
        IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true, ChatOptions? options = null)
    {
        string text = _chat.Value.Render(messages, addGenerationPrompt, options ?? new());
        return new(text, EncodeWithOffsets(text, addSpecialTokens: false));
    }

    /// <summary>The text of token ids.</summary>
    /// <exception cref="InputException">An id is not in the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        List<string> texts = [];
        foreach (int id in ids)
            if (!skipSpecialTokens || !_added.IsSpecial(id))
                texts.Add(_vocabulary.TextOf(id)
                    ?? throw new InputException($"The tokenizer has no token {id}; its ids are 0..{Count - 1}."));
        return Decode(texts);
    }

    /// <summary>
    /// What a single token reads as, with its leading space; bytes that are no text by themselves as `&lt;0xE2&gt;`.
    /// </summary>
    /// <remarks>An id without a token, as in padded embeddings, reads as `[id]`.</remarks>
    public string TokenText(int id)
    {
        const string Anchor = "a"; // keeps the decoder from taking a first token's space away
        if (_vocabulary.TextOf(id) is not string token)
            return $"[{id}]";
        if (_decoder is null || _added.IsSpecial(id))
            return token;
        string text = Decode([Anchor, token]);
        if (!text.StartsWith(Anchor, StringComparison.Ordinal))
            return token;
        if (!text.Contains('\uFFFD', StringComparison.Ordinal))
            return text[Anchor.Length..];
        byte[]? bytes = _decoder is ByteLevelDecoder ? ByteAlphabet.BytesOf(token) : null;
        return bytes is null
            ? token
            : string.Concat(bytes.Select(b => b is >= 0x20 and < 0x7F ? $"{(char)b}" : $"<0x{b:X2}>"));
    }

    /// <summary>A token as the file spells it, such as `Ġthe` or `▁the`; an id without a token as `[id]`.</summary>
    public string PieceOf(int id) => _vocabulary.TextOf(id) ?? $"[{id}]";

    /// <summary>Whether a token is one of the file's special ones, such as a begin-of-text.</summary>
    public bool IsSpecial(int id) => _added.IsSpecial(id);

    /// <summary>The id of a token as the file spells it, such as `Ġthe` or `▁the`.</summary>
    public int? IdOf(string token) => _vocabulary.IdOfAny(token);

    /// <summary>
    /// The id of the one token that a text is; where it is several, of the text with a leading space put before it,
    /// or, if it has one, taken off; null where no form is one token.
    /// </summary>
    /// <remarks>
    /// The text as it stands is tried first: `TokenText` shows which form was found. Unknown text is no token.
    /// </remarks>
    /// <exception cref="InputException">A character or word cannot be encoded.</exception>
    public int? SingleToken(string text) =>
        text.Length == 0 ? null : OneToken(text) ?? OneToken(text.StartsWith(' ') ? text[1..] : " " + text);

    int? OneToken(string text) =>
        Encode(text, addSpecialTokens: false) is [int id] && id != _model.Unknown ? id : null;

    string Decode(List<string> texts) =>
        _decoder is null ? string.Join(' ', texts) : string.Concat(_decoder.Apply(texts));

    void EncodePart(AlignedText text, List<Token> into)
    {
        foreach ((AlignedText part, int? added) in _added.SplitNormalized(text))
        {
            if (added is int id)
            {
                AddToken(id, part, into);
                continue;
            }
            List<AlignedText> pieces = [part];
            if (_preTokenizer is not null)
                _preTokenizer.Split(part, pieces = []);
            foreach (AlignedText piece in pieces)
                EncodePiece(piece, into);
        }
    }

    void EncodePiece(AlignedText piece, List<Token> into)
    {
        List<Token> tokens = [];
        if (piece.Text.Length > 0)
            _model.Tokenize(piece.Text, tokens);
        foreach (Token token in tokens)
        {
            (int start, int end) = piece.RangeOf(token.Start, token.End);
            into.Add(new(token.Id, start, end));
        }
    }

    static void AddToken(int id, AlignedText part, List<Token> into)
    {
        (int start, int end) = part.RangeOf(0, part.Text.Length);
        into.Add(new(id, start, end));
    }

    static void CheckUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                throw new InputException(
                    $"The text holds half a surrogate pair at character {i}; it is not valid Unicode.");
            i++;
        }
    }
}
