using System.Text;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// The flat part of a YAML config: `name: value` lines at the left edge; what is nested or listed is passed over.
/// </summary>
static class YamlConfig
{
    const int Largest = 1 << 20;

    /// <summary>The values by their names, without quotes and comments.</summary>
    /// <exception cref="InputException">The file is absent, too large, no text, or names a value twice.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(InputFile.ReadAllBytes(path, Largest));
        }
        catch (DecoderFallbackException fault)
        {
            throw new InputException($"{path} is not valid UTF-8 text; fetch it again", fault);
        }
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !(char.IsAsciiLetter(line[0]) || line[0] == '_'))
                continue;
            string value = line[(colon + 1)..].Split(" #")[0].Trim().Trim('"', '\'');
            if (!values.TryAdd(line[..colon].Trim(), value))
                throw new InputException($"{path} names {Quote.Of(line[..colon].Trim())} twice; fetch it again");
        }
        return values;
    }
}
