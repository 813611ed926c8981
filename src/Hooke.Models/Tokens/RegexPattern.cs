using System.Text.RegularExpressions;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A regular expression from an untrusted file: checked, and matched without running away.</summary>
/// <remarks>
/// Upstream matches with Oniguruma by code point. Constructs that .NET reads otherwise are refused; text beyond
/// U+FFFF is matched through <see cref="OneUnitText"/>. Patterns without look-around run in linear time, and so do the
/// published split patterns; others have a time limit.
/// </remarks>
sealed class RegexPattern : TextPattern
{
    const int LongestPattern = 4096;
    const RegexOptions Common = RegexOptions.CultureInvariant | RegexOptions.Multiline; // ^ and $ as in Oniguruma
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The split patterns of GPT-2, Llama 3 and Qwen: none goes over a stretch of text more than twice.</summary>
    static readonly string[] Published =
    [
        SplitPatterns.Gpt2,
        SplitPatterns.Gpt4Like(digits: @"\p{N}{1,3}"),
        SplitPatterns.Gpt4Like(digits: @"\p{N}"),
    ];

    static readonly string[] LookAround = ["(?=", "(?!", "(?<=", "(?<!", "(?>"];
    static readonly string[] Groups = ["(?:", "(?i:", "(?i)", .. LookAround];

    readonly Regex _regex;

    public RegexPattern(string pattern, JsonPart part)
    {
        if (pattern.Length > LongestPattern)
            throw part.Refusal($"has a regular expression of {pattern.Length} characters, more than {LongestPattern}");
        if (Difference(pattern) is string difference)
            throw part.Refusal(
                $"has the regular expression {Quote.Of(pattern)}, in which {difference} is not supported");
        try
        {
            _regex = Compile(pattern, Published.Contains(pattern) ? Regex.InfiniteMatchTimeout : Limit);
        }
        catch (ArgumentException fault)
        {
            throw part.Refusal(
                $"has the regular expression {Quote.Of(pattern)}, which cannot be read ({fault.Message.TrimEnd('.')})");
        }
    }

    /// <summary>A pattern of our own, known to be good.</summary>
    public RegexPattern(string pattern) => _regex = Compile(pattern, Regex.InfiniteMatchTimeout);

    public override IReadOnlyList<(int Start, int End)> Find(string text)
    {
        OneUnitText units = new(text);
        List<(int, int)> found = [];
        try
        {
            foreach (ValueMatch match in _regex.EnumerateMatches(units.Text))
                found.Add((units.Place(match.Index), units.Place(match.Index + match.Length)));
        }
        catch (RegexMatchTimeoutException fault)
        {
            string why = $"The tokenizer's regular expression {Quote.Of(_regex.ToString())} takes over "
                + $"{Limit.TotalSeconds} s on this text of {text.Length} characters; do not use this tokenizer.";
            throw new InputException(why, fault);
        }
        return found;
    }

    static Regex Compile(string pattern, TimeSpan limit)
    {
        // Elsewhere a long s is an s in another case; .NET takes it for another letter.
        pattern = pattern.Replace("(?i:'s|", "(?i:'[s\u017F]|", StringComparison.Ordinal);
        if (!LookAround.Any(group => pattern.Contains(group, StringComparison.Ordinal)))
            try
            {
                return new(pattern, Common | RegexOptions.NonBacktracking, limit);
            }
            catch (NotSupportedException) // a reference back, or too large an automaton
            {
            }
        return new(pattern, Common, limit);
    }

    /// <summary>The first construct that Oniguruma and .NET read differently, or null.</summary>
    static string? Difference(string pattern)
    {
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            ReadOnlySpan<char> rest = pattern.AsSpan(i);
            if (char.IsSurrogate(rest[0]))
                return "a character beyond U+FFFF";
            if (rest[0] == '\\')
            {
                if (rest.Length > 1 && "wWbBhHRXKGZz".Contains(rest[1], StringComparison.Ordinal))
                    return $"\\{rest[1]}";
                i++;
            }
            else if (inClass)
            {
                if (rest[0] == '[' || rest.StartsWith("&&"))
                    return "a set inside a set";
                inClass = rest[0] != ']';
            }
            else if (rest[0] == '[')
            {
                inClass = true;
                i += rest.Length > 1 && rest[1] == '^' ? 1 : 0;
            }
            else if (rest.StartsWith("{,"))
                return "{,";
            else if (rest.StartsWith("(?") && !StartsWithAny(rest, Groups))
                return rest[..Math.Min(rest.Length, 4)].ToString();
        }
        return null;
    }

    static bool StartsWithAny(ReadOnlySpan<char> text, string[] starts)
    {
        foreach (string start in starts)
            if (text.StartsWith(start, StringComparison.Ordinal))
                return true;
        return false;
    }
}
