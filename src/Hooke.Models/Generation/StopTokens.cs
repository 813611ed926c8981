using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The tokens that end a text, as a model's folder names them.</summary>
static class StopTokens
{
    const string Key = "eos_token_id";
    const int LargestFile = 16 << 20;

    /// <summary>What generation_config.json says, or where it says nothing config.json; none where neither does.</summary>
    /// <exception cref="InputException">A file is damaged, or names something that is no token.</exception>
    public static IReadOnlyList<int> Read(string folder)
    {
        foreach (string name in new[] { "generation_config.json", "config.json" })
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path))
                continue;
            using JsonDocument document = JsonFile.Read(path, LargestFile);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputException($"{path} is not a JSON object; fetch it again");
            if (document.RootElement.TryGetProperty(Key, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
                return value.ValueKind == JsonValueKind.Array
                    ? [.. value.EnumerateArray().Select(token => Token(token, path))]
                    : [Token(value, path)];
        }
        return [];
    }

    static int Token(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int token)
            ? token
            : throw new InputException($"{path}: '{Key}' is {Quote.Of(value.GetRawText())}, not a token id or a list of them");
}
