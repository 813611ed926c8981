using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>Character classes as the upstream tokenizers define them.</summary>
static class CharacterClasses
{
    /// <summary>A word character of Rust's regex: alphabetic, mark, decimal digit, connector, or joiner.</summary>
    public static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => rune.Value is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189), // letters in circles and squares
        _ => rune.Value is 0x200C or 0x200D,
    };

    /// <summary>Unicode punctuation, and all of ASCII's including symbols such as $ and +.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value is > ' ' and < 0x7F && !Rune.IsLetterOrDigit(rune)
        : Rune.IsPunctuation(rune);

    /// <summary>Any Unicode number: decimal digits, letter numbers, fractions and the like.</summary>
    public static bool IsNumeric(Rune rune) => Rune.IsNumber(rune);
}
