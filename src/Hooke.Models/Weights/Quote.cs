using System.Text;

namespace Hooke.Models;

/// <summary>Shows a string from an untrusted file in a message: quoted, on one line, at most 80 characters.</summary>
public static class Quote
{
    const int Longest = 80;

    /// <summary>The text as it may stand in a message.</summary>
    public static string Of(string text)
    {
        StringBuilder shown = new("\"");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, Longest)))
            _ = char.IsControl(c) || char.IsSurrogate(c)
                ? shown.Append($"\\u{(int)c:x4}")
                : shown.Append(c);
        return shown.Append(text.Length > Longest ? "…\"" : "\"").ToString();
    }
}
