using FsCheck;
using FsCheck.Fluent;
using Hooke.Models.Tests.Tokens;
using Hooke.Tensors;

namespace Hooke.Models.Tests.Generating;

/// <summary>Text that is given piece by piece is, put together, the text of all tokens.</summary>
public sealed class GrowingTextTests
{
    static readonly Tokenizer ByteLevel = TokenizerText.Load(TokenizerText.Join(
        TokenizerText.ByteLevelModel("t h", "th e", "Ġ the"), preTokenizer: TokenizerText.Llama3Words,
        decoder: """{"type":"ByteLevel"}"""));

    static readonly Tokenizer Bytes = TokenizerText.Load(TokenizerText.Join(
        TokenizerText.Bytes, decoder: TokenizerText.BytesToText));

    [Fact]
    public void Random_bytes_come_out_as_they_are_decoded_at_once() => Prop.ForAll<int>(seed =>
    {
        Draws draws = new Rng((ulong)seed).Draw();
        // Whole characters of one to four bytes, cut into tokens of one byte; some damaged, which byte fallback does not
        // read character by character.
        (Tokenizer tokenizer, double damage) = draws.Chance(0.5) ? (ByteLevel, 0.1) : (Bytes, 0);
        int[] tokens = [.. Enumerable.Range(0, 1 + draws.Below(20)).SelectMany(_ =>
            tokenizer.Encode(draws.Pick(["a", " the", "é", "中", "😀", "\n"]), addSpecialTokens: false)
                .Skip(draws.Chance(damage) ? 1 : 0))];
        int before = draws.Below(tokens.Length + 1);
        while (tokenizer.Decode(tokens.AsSpan(0, before)).EndsWith('\uFFFD')) // a prompt is whole characters
            before--;
        GrowingText text = new(tokenizer, tokens[..before]);
        string[] pieces = [.. tokens[before..].Select(text.Add), text.End()];
        return tokenizer.Decode(tokens.AsSpan(0, before)) + string.Concat(pieces) == tokenizer.Decode(tokens)
            && pieces[..^1].All(piece => !piece.EndsWith('\uFFFD'));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20260101UL, 7UL));

    [Fact]
    public void A_character_is_held_back_until_its_last_byte_is_there()
    {
        int[] tokens = ByteLevel.Encode("a😀b", addSpecialTokens: false);
        GrowingText text = new(ByteLevel, []);
        Assert.Equal(["a", "", "", "", "😀", "b", ""], [.. tokens.Select(text.Add), text.End()]);
    }

    [Fact]
    public void Text_goes_on_after_bytes_that_are_no_character()
    {
        int[] tokens = [.. Bytes.Encode("é", addSpecialTokens: false), 0xE4, .. Bytes.Encode("z", addSpecialTokens: false)];
        GrowingText text = new(Bytes, []);
        string whole = string.Concat(tokens.Select(text.Add)) + text.End();
        Assert.StartsWith("é", whole, StringComparison.Ordinal);
        Assert.Equal(Bytes.Decode(tokens).Length, whole.Length);
    }

    [Fact]
    public void Bytes_that_never_become_a_character_are_given_at_the_end()
    {
        int[] tokens = ByteLevel.Encode("a中", addSpecialTokens: false)[..^1];
        GrowingText text = new(ByteLevel, []);
        Assert.Equal(["a", "", "", "\uFFFD"], [.. tokens.Select(text.Add), text.End()]);
    }
}
