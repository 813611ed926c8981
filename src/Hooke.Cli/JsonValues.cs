using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Hooke.Cli;

/// <summary>Writes values as JSON by what they hold: objects by their properties, in snake_case.</summary>
/// <remarks>The serializer makes code for every type at run time, which a program compiled ahead of time cannot.</remarks>
static class JsonValues
{
    /// <summary>Writes a value.</summary>
    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case ulong number: json.WriteNumberValue(number); break;
            case float number: json.WriteNumberValue(number); break;
            case double number: json.WriteNumberValue(number); break;
            case JsonNode node: node.WriteTo(json); break;
            case JsonElement element: element.WriteTo(json); break;
            case IDictionary pairs: WritePairs(json, pairs); break;
            case IEnumerable items: WriteItems(json, items); break;
            // Types with a converter of their own are those that have a text form: addresses, ranges.
            case var other when other is Enum || other.GetType().IsDefined(typeof(JsonConverterAttribute), inherit: true):
                json.WriteStringValue(other.ToString());
                break;
            case ValueType and IFormattable: throw new InvalidOperationException($"Bug in Hooke: no JSON for {value.GetType()}");
            default: WriteProperties(json, value); break;
        }
    }

    static void WritePairs(Utf8JsonWriter json, IDictionary pairs)
    {
        json.WriteStartObject();
        foreach (DictionaryEntry pair in pairs)
        {
            json.WritePropertyName(pair.Key.ToString()!);
            Write(json, pair.Value);
        }
        json.WriteEndObject();
    }

    static void WriteItems(Utf8JsonWriter json, IEnumerable items)
    {
        json.WriteStartArray();
        foreach (object? item in items)
            Write(json, item);
        json.WriteEndArray();
    }

    static void WriteProperties(Utf8JsonWriter json, object value)
    {
        json.WriteStartObject();
        foreach (System.Reflection.PropertyInfo property in value.GetType().GetProperties())
        {
            json.WritePropertyName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            Write(json, property.GetValue(value));
        }
        json.WriteEndObject();
    }
}
