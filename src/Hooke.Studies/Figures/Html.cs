using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Markup that is safe to put on the page: every text in it was escaped where it came in.</summary>
/// <remarks>
/// <c>Html.Of($"&lt;td>{token}&lt;/td>")</c> escapes <c>token</c>; there is no way to put a text in unescaped but to
/// write it as a literal.
/// </remarks>
public readonly struct Html
{
    readonly string? _markup;

    Html(string markup) => _markup = markup;

    /// <summary>No markup.</summary>
    public static Html Empty => default;

    /// <summary>Literal parts as they are, texts escaped, numbers to two decimals.</summary>
    public static Html Of(Parts parts) => new(parts.Finish());

    /// <summary>Markup this assembly holds as a constant: the style sheet and the script.</summary>
    internal static Html Constant(string markup) => new(markup);

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> all, string between = "\n") =>
        new(string.Join(between, all.Select(html => html.ToString()).Where(markup => markup.Length > 0)));

    /// <summary>The markup.</summary>
    public override string ToString() => _markup ?? "";

    /// <summary>Literal and interpolated parts, as the compiler hands them over.</summary>
    [InterpolatedStringHandler]
    public readonly struct Parts(int literalLength, int holes)
    {
        readonly StringBuilder _text = new(literalLength + holes * 16);

        /// <summary>A literal, as it is.</summary>
        public void AppendLiteral(string literal) => _text.Append(literal);

        /// <summary>Markup, as it is.</summary>
        public void AppendFormatted(Html html) => _text.Append(html.ToString());

        /// <summary>Markup, one after the other.</summary>
        public void AppendFormatted(IEnumerable<Html> all) => _text.Append(Join(all).ToString());

        /// <summary>A whole number.</summary>
        public void AppendFormatted(int number) => _text.Append(number);

        /// <summary>A number, to two decimals.</summary>
        public void AppendFormatted(double coordinate) =>
            _text.Append(coordinate.ToString("0.##", CultureInfo.InvariantCulture));

        /// <summary>An estimate with its interval.</summary>
        public void AppendFormatted(Estimate estimate) => _text.Append(estimate);

        /// <summary>A text, escaped.</summary>
        public void AppendFormatted(string? text)
        {
            foreach (Rune rune in (text ?? "").EnumerateRunes())
                AppendEscaped(rune);
        }

        internal string Finish() => _text.ToString();

        void AppendEscaped(Rune rune)
        {
            switch (rune.Value)
            {
                case '&': _text.Append("&amp;"); break;
                case '<': _text.Append("&lt;"); break;
                case '>': _text.Append("&gt;"); break;
                case '"': _text.Append("&quot;"); break;
                case '\'': _text.Append("&#39;"); break;
                default: _text.Append(Hides(rune) ? $"⟨U+{rune.Value:X4}⟩" : rune.ToString()); break;
            }
        }

        // Control characters, and those that reorder text on the screen, are shown by their numbers.
        static bool Hides(Rune rune) => rune.Value switch
        {
            '\n' => false,
            0x061C or 0x200E or 0x200F => true,
            >= 0x202A and <= 0x202E => true,
            >= 0x2066 and <= 0x2069 => true,
            _ => Rune.IsControl(rune),
        };
    }
}
