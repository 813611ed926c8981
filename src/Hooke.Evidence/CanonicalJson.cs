using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hooke.Evidence;

/// <summary>
/// One text for one JSON value: keys in ordinal order, no white space, characters written as themselves where JSON
/// allows it, whole numbers of 64 bits as digits, every other number as the shortest text that gives the same double.
/// </summary>
public static class CanonicalJson
{
    /// <summary>The canonical form of a JSON text.</summary>
    /// <exception cref="FormatException">The text is not JSON, repeats a key, or holds a number out of
    /// range.</exception>
    public static string Text(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Text(document.RootElement);
        }
        catch (JsonException fault)
        {
            throw new FormatException($"The text is not JSON: {fault.Message}", fault);
        }
    }

    /// <summary>The canonical form of a JSON value.</summary>
    /// <exception cref="FormatException">The value holds a number that is NaN or infinite.</exception>
    public static string Text(JsonNode? value)
    {
        try
        {
            return Text(value?.ToJsonString() ?? "null");
        }
        catch (ArgumentException fault)
        {
            throw new FormatException("Canonical JSON holds finite numbers only, and one is NaN or infinite.", fault);
        }
    }

    /// <summary>The canonical form of a parsed JSON value.</summary>
    /// <exception cref="FormatException">The value repeats a key, or holds a number out of range.</exception>
    public static string Text(JsonElement value)
    {
        StringBuilder text = new();
        Append(text, value, "$");
        return text.ToString();
    }

    static void Append(StringBuilder text, JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: AppendObject(text, value, path); break;
            case JsonValueKind.Array: AppendArray(text, value, path); break;
            case JsonValueKind.String: AppendString(text, Decoded(value.GetString, path)); break;
            case JsonValueKind.Number: text.Append(Number(value, path)); break;
            case JsonValueKind.True: text.Append("true"); break;
            case JsonValueKind.False: text.Append("false"); break;
            default: text.Append("null"); break;
        }
    }

    static void AppendObject(StringBuilder text, JsonElement value, string path)
    {
        SortedDictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string key = Decoded(() => member.Name, path);
            if (!members.TryAdd(key, member.Value))
                throw new FormatException($"The key \"{key}\" stands twice at {path}; canonical JSON needs it once.");
        }
        char before = '{';
        foreach ((string key, JsonElement member) in members)
        {
            text.Append(before);
            AppendString(text, key);
            text.Append(':');
            Append(text, member, $"{path}.{key}");
            before = ',';
        }
        text.Append(before == '{' ? "{}" : "}");
    }

    static void AppendArray(StringBuilder text, JsonElement value, string path)
    {
        text.Append('[');
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (index > 0)
                text.Append(',');
            Append(text, item, $"{path}[{index++}]");
        }
        text.Append(']');
    }

    static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (c < ' ')
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }
        text.Append('"');
    }

    // Equal numbers have equal texts, however they were written: 1e2, 100.0 and 100 are all 100.
    static string Number(JsonElement value, string path)
    {
        if (value.TryGetInt64(out long whole))
            return whole.ToString(CultureInfo.InvariantCulture);
        if (value.TryGetUInt64(out ulong large))
            return large.ToString(CultureInfo.InvariantCulture);
        double number = value.GetDouble();
        if (!double.IsFinite(number))
            throw new FormatException($"The number {value.GetRawText()} at {path} is out of a double's range.");
        if (double.IsInteger(number) && Math.Abs(number) < 18446744073709551616.0)
            return ((Int128)number).ToString(CultureInfo.InvariantCulture);
        return number.ToString("R", CultureInfo.InvariantCulture);
    }

    static string Decoded(Func<string?> read, string path)
    {
        try
        {
            return read()!;
        }
        catch (InvalidOperationException fault)
        {
            throw new FormatException($"A text at {path} is half of a surrogate pair, which UTF-8 cannot hold.", fault);
        }
    }
}
