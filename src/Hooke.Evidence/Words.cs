using System.Globalization;
using System.Text;

namespace Hooke.Evidence;

/// <summary>How numbers and names are written in sentences.</summary>
public static class Words
{
    /// <summary>A number to three significant digits; what is at <see cref="Estimate.Limit"/> is unbounded.</summary>
    public static string Number(double number) => number switch
    {
        >= Estimate.Limit => "∞",
        <= -Estimate.Limit => "−∞",
        0 => "0",
        < 0 => "−" + Number(-number),
        _ => Digits(number),
    };

    /// <summary>A count and its noun: "1 prompt", "1,024 edges".</summary>
    public static string Count(int count, string noun) =>
        count.ToString("N0", CultureInfo.InvariantCulture) + (count == 1 ? $" {noun}" : $" {noun}s");

    /// <summary>A Pascal-case name in words: MechanisticallySupported is "mechanistically supported".</summary>
    public static string FromName(string name)
    {
        StringBuilder words = new();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && words.Length > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(c));
        }
        return words.ToString();
    }

    static string Digits(double number)
    {
        string text = number.ToString("G3", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) && number is >= 1 and < 1e9
            ? number.ToString("N0", CultureInfo.InvariantCulture)
            : text;
    }
}
