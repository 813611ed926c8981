namespace Hooke.Models;

/// <summary>Splits text into the pieces that the model turns into tokens one by one.</summary>
interface IPreTokenizer
{
    /// <summary>Adds the pieces of one piece; empty ones may be left out.</summary>
    void Split(AlignedText piece, List<AlignedText> into);
}

/// <summary>Reads the "pre_tokenizer" of a tokenizer.json.</summary>
static class PreTokenizers
{
    public static IPreTokenizer Read(JsonPart part)
    {
        IPreTokenizer preTokenizer = part.Kind switch
        {
            "Sequence" => new PreTokenizerSequence([.. part.Parts("pretokenizers").Select(Read)]),
            "ByteLevel" => new ByteLevel(part.Flag("add_prefix_space", true), part.Flag("use_regex", true)),
            "Split" => new SplitAt(
                TextPattern.Read(part), SplitAt.ReadBehavior(part, null), part.Flag("invert", false)),
            "Whitespace" => new WordsAndSigns(),
            "WhitespaceSplit" => new SplitAt(
                new CharacterPattern(System.Text.Rune.IsWhiteSpace), SplitBehavior.Removed, false),
            "Metaspace" => Metaspace.Read(part),
            "Digits" => new SplitAt(
                new CharacterPattern(CharacterClasses.IsNumeric),
                part.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous, false),
            "Punctuation" => new SplitAt(
                new CharacterPattern(CharacterClasses.IsPunctuation), SplitAt.ReadBehavior(part, "Isolated"), false),
            _ => throw part.UnknownKind("Sequence", "ByteLevel", "Split", "Whitespace", "WhitespaceSplit", "Metaspace",
                "Digits", "Punctuation"),
        };
        part.Close("trim_offsets"); // offsets are never trimmed: a token owns its leading space
        return preTokenizer;
    }
}

/// <summary>Pre-tokenizers one after the other, each on the pieces of the one before.</summary>
sealed class PreTokenizerSequence(IPreTokenizer[] preTokenizers) : IPreTokenizer
{
    public void Split(AlignedText piece, List<AlignedText> into)
    {
        List<AlignedText> pieces = [piece];
        foreach (IPreTokenizer preTokenizer in preTokenizers)
        {
            List<AlignedText> split = [];
            foreach (AlignedText part in pieces)
                preTokenizer.Split(part, split);
            pieces = split;
        }
        into.AddRange(pieces);
    }
}

/// <summary>
/// GPT-2's: words with their leading space, then the bytes of each spelt in <see cref="ByteAlphabet"/>.
/// </summary>
sealed class ByteLevel(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    static readonly SplitAt Words = new(
        new RegexPattern(SplitPatterns.Gpt2),
        SplitBehavior.Isolated, invert: false);

    public void Split(AlignedText piece, List<AlignedText> into)
    {
        if (addPrefixSpace && piece.Text.Length > 0 && piece.Text[0] != ' ')
            piece = piece.Prefixed(" ");
        List<AlignedText> words = [piece];
        if (useRegex)
        {
            words = [];
            Words.Split(piece, words);
        }
        into.AddRange(words.Select(ByteAlphabet.Spell));
    }
}

/// <summary>Runs of word characters and runs of other signs; white space goes.</summary>
sealed class WordsAndSigns : IPreTokenizer
{
    public void Split(AlignedText piece, List<AlignedText> into)
    {
        int start = 0, at = 0, kind = 0;
        foreach (System.Text.Rune rune in piece.Text.EnumerateRunes())
        {
            int next = CharacterClasses.IsWord(rune) ? 1 : System.Text.Rune.IsWhiteSpace(rune) ? 0 : 2;
            if (next != kind)
                Finish(next);
            at += rune.Utf16SequenceLength;
        }
        Finish(0);

        void Finish(int next)
        {
            if (kind != 0)
                into.Add(piece.Slice(start, at));
            (start, kind) = (at, next);
        }
    }
}

/// <summary>SentencePiece's: spaces become a visible mark, one may be put before, and pieces begin at marks.</summary>
sealed class Metaspace(string mark, Metaspace.PrependTo prepend, bool split) : IPreTokenizer
{
    readonly SplitAt _words = new(new LiteralPattern(mark), SplitBehavior.MergedWithNext, invert: false);

    /// <summary>Which pieces get a mark put before them.</summary>
    public enum PrependTo
    {
        None,
        First,
        All,
    }

    public static Metaspace Read(JsonPart part)
    {
        _ = part.TextOrNull("str_rep"); // an older spelling of the replacement, written beside it
        return new(ReadMark(part), ReadPrepend(part), part.Flag("split", true));
    }

    public static string ReadMark(JsonPart part) => part.Text("replacement") is { Length: 1 } mark
        ? mark
        : throw part.Refusal("needs a \"replacement\" of one character");

    public static PrependTo ReadPrepend(JsonPart part)
    {
        bool older = part.Flag("add_prefix_space", true);
        return part.TextOrNull("prepend_scheme") switch
        {
            null => older ? PrependTo.All : PrependTo.None,
            "always" => PrependTo.All,
            "first" => PrependTo.First,
            "never" => PrependTo.None,
            string scheme => throw part.Refusal(
                $"has the prepend_scheme {Quote.Of(scheme)}; known are always, first and never"),
        };
    }

    public void Split(AlignedText piece, List<AlignedText> into)
    {
        piece = new ReplaceText(new LiteralPattern(" "), mark).Apply(piece);
        bool wanted = prepend == PrependTo.All || (prepend == PrependTo.First && piece.OriginalStart == 0);
        if (wanted && piece.Text.Length > 0 && !piece.Text.StartsWith(mark, StringComparison.Ordinal))
            piece = piece.Prefixed(mark);
        if (split)
            _words.Split(piece, into);
        else
            into.Add(piece);
    }
}
