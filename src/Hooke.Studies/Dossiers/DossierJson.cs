using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>
/// How a dossier is written as JSON: snake_case names, text for enums, doubles to nine significant digits.
/// </summary>
[JsonSerializable(typeof(Dossier))]
sealed partial class DossierJson : JsonSerializerContext
{
    /// <summary>The one way dossiers are read and written.</summary>
    public static DossierJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new NineDigits(),
            new InWords<Tier>(), new InWords<Outcome>(), new InWords<FamilyKind>(), new InWords<NodeKind>(),
        },
    });
}

/// <summary>An enum as the words of its name: "mechanistically supported".</summary>
sealed class InWords<T>() : JsonStringEnumConverter<T>(new Naming(), allowIntegerValues: false) where T : struct, Enum
{
    sealed class Naming : JsonNamingPolicy
    {
        public override string ConvertName(string name) => Words.FromName(name);
    }
}

/// <summary>A double rounded to nine significant digits: the same text, and the same number back, everywhere.</summary>
sealed class NineDigits : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        double number = reader.GetDouble();
        return double.IsFinite(number) ? number : throw new JsonException("A number is out of a double's range.");
    }

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (!double.IsFinite(value))
            throw new InvalidOperationException($"Bug in Hooke: a dossier's number is {value}.");
        double rounded = double.Parse(value.ToString("G9", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        writer.WriteNumberValue(rounded == 0 ? 0 : rounded);
    }
}
