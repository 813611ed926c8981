using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>
/// A text with one UTF-16 unit for every code point, so that .NET's regex sees characters as others do.
/// </summary>
/// <remarks>
/// A character beyond U+FFFF is replaced by a rare one of the same general category: a pattern that speaks of
/// such characters only by category, as tokenizers' do, matches the same.
/// </remarks>
sealed class OneUnitText
{
    readonly int[]? _places; // of each unit and of the end in the full text; null where nothing was replaced

    public OneUnitText(string text)
    {
        Text = text;
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return;
        StringBuilder units = new(text.Length);
        List<int> places = new(text.Length + 1);
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = units.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            places.Add(at);
            at += rune.Utf16SequenceLength;
        }
        places.Add(at);
        (Text, _places) = (units.ToString(), [.. places]);
    }

    public string Text { get; }

    /// <summary>Where in the full text the unit at <paramref name="unit"/> begins.</summary>
    public int Place(int unit) => _places is null ? unit : _places[unit];

    static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\uA640',
        UnicodeCategory.LowercaseLetter => '\uA641',
        UnicodeCategory.TitlecaseLetter => '\u1F88',
        UnicodeCategory.ModifierLetter => '\uA717',
        UnicodeCategory.OtherLetter => '\uA000',
        UnicodeCategory.NonSpacingMark => '\uA674',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\uA620',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.ConnectorPunctuation => '\uFE33',
        UnicodeCategory.DashPunctuation => '\u2E17',
        UnicodeCategory.OpenPunctuation => '\u2E28',
        UnicodeCategory.ClosePunctuation => '\u2E29',
        UnicodeCategory.InitialQuotePunctuation => '\u2E02',
        UnicodeCategory.FinalQuotePunctuation => '\u2E03',
        UnicodeCategory.OtherPunctuation => '\uA60D',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.CurrencySymbol => '\uA838',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => '\uA490',
        UnicodeCategory.Format => '\u2061',
        UnicodeCategory.PrivateUse => '\uE000',
        UnicodeCategory.OtherNotAssigned => '\u0378',
        _ => throw new InvalidOperationException($"Bug in Hooke: {category} has no stand-in."),
    };
}
