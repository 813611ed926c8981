using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hooke.Dictionaries;

/// <summary>
/// Writes JSON as Python's json.dump does: a space after commas and colons, ASCII alone, numbers as they were read.
/// </summary>
static class PythonJson
{
    /// <summary>The bytes of a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="indent">Spaces of each level, or 0 for one line.</param>
    public static byte[] Bytes(JsonNode? value, int indent = 0)
    {
        StringBuilder text = new();
        Append(text, value, indent, 0);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    static void Append(StringBuilder text, JsonNode? value, int indent, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } items:
                Items(text, '{', '}', items, indent, depth, item =>
                {
                    Quoted(text, item.Key);
                    text.Append(": ");
                    Append(text, item.Value, indent, depth + 1);
                });
                break;
            case JsonArray { Count: > 0 } items:
                Items(text, '[', ']', items, indent, depth, item => Append(text, item, indent, depth + 1));
                break;
            case not null when value.GetValueKind() == JsonValueKind.String:
                Quoted(text, value.GetValue<string>());
                break;
            default:
                text.Append(value?.ToJsonString() ?? "null");
                break;
        }
    }

    static void Items<T>(StringBuilder text, char open, char close, IEnumerable<T> items, int indent, int depth, Action<T> append)
    {
        text.Append(open);
        bool isFirst = true;
        foreach (T item in items)
        {
            text.Append(isFirst ? "" : indent > 0 ? "," : ", ");
            Line(text, indent, depth + 1);
            append(item);
            isFirst = false;
        }
        Line(text, indent, depth);
        text.Append(close);
    }

    static void Line(StringBuilder text, int indent, int depth)
    {
        if (indent > 0)
            text.Append('\n').Append(' ', indent * depth);
    }

    static void Quoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }
}
