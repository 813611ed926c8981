using System.Text.Json;

namespace Hooke.Models;

/// <summary>Turns a piece of text into tokens of a vocabulary.</summary>
interface ITokenModel
{
    /// <summary>Adds the tokens of a piece that is not empty, their ranges counted in the piece.</summary>
    void Tokenize(string piece, List<Token> into);

    /// <summary>The token of text that is not in the vocabulary, or null where such text is refused.</summary>
    int? Unknown { get; }
}

/// <summary>Reads the "model" of a tokenizer.json.</summary>
static class TokenModels
{
    /// <summary>Reads the model and puts its tokens into the vocabulary.</summary>
    public static ITokenModel Read(JsonPart part, Vocabulary vocabulary)
    {
        ITokenModel model = (part.TextOrNull("type") ?? OlderKind(part)) switch
        {
            "BPE" => BytePairModel.Read(part, vocabulary),
            "Unigram" => UnigramModel.Read(part, vocabulary),
            "WordLevel" => WordLevelModel.Read(part, vocabulary),
            _ => throw part.UnknownKind("BPE", "Unigram", "WordLevel"),
        };
        part.Close();
        return model;
    }

    /// <summary>Reads `"vocab": {token: id}`.</summary>
    public static void ReadVocabulary(JsonPart part, Vocabulary vocabulary)
    {
        foreach ((string token, JsonElement value) in part.Part("vocab").Members())
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int id))
                throw part.Refusal($"gives token {Quote.Of(token)} an id that is not a whole number");
            vocabulary.Add(token, id, part);
        }
    }

    /// <summary>The id of the token for unknown text, or null where none is named.</summary>
    public static int? ReadUnknown(JsonPart part, Vocabulary vocabulary)
    {
        if (part.TextOrNull("unk_token") is not string token)
            return null;
        return vocabulary.IdOf(token)
            ?? throw part.Refusal($"has the unk_token {Quote.Of(token)}, which is not in its vocabulary");
    }

    static string OlderKind(JsonPart part) => part.Value("merges") is not null ? "BPE"
        : throw part.Refusal("needs the text \"type\"; supported are BPE, Unigram, WordLevel");
}

/// <summary>One token for each whole piece; other pieces are unknown.</summary>
sealed class WordLevelModel(Vocabulary vocabulary, int? unknown) : ITokenModel
{
    public static WordLevelModel Read(JsonPart part, Vocabulary vocabulary)
    {
        TokenModels.ReadVocabulary(part, vocabulary);
        return new(vocabulary, part.TextOrNull("unk_token") is string token ? vocabulary.IdOf(token) : null);
    }

    public int? Unknown => unknown;

    public void Tokenize(string piece, List<Token> into)
    {
        int id = vocabulary.IdOf(piece) ?? unknown ?? throw new Tensors.InputException(
            $"The word {Quote.Of(piece)} is not in the model's vocabulary, and it has no token for unknown words; "
            + "use another word.");
        into.Add(new(id, 0, piece.Length));
    }
}
