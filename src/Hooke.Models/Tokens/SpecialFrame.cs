using System.Text.Json;

namespace Hooke.Models;

/// <summary>The special tokens that are put before and after a text.</summary>
sealed record SpecialFrame(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static SpecialFrame None { get; } = new([], []);

    /// <summary>Reads the "post_processor" of a tokenizer.json.</summary>
    public static SpecialFrame Read(JsonPart part, Vocabulary vocabulary)
    {
        SpecialFrame frame = part.Kind switch
        {
            "TemplateProcessing" => ReadTemplate(part, vocabulary),
            "ByteLevel" => None, // only trims offsets, which Hooke never does
            "Sequence" => part.Parts("processors").Select(inner => Read(inner, vocabulary))
                .Aggregate(None, (all, inner) => new([.. inner.Before, .. all.Before], [.. all.After, .. inner.After])),
            _ => throw part.UnknownKind("TemplateProcessing", "ByteLevel", "Sequence"),
        };
        part.Close("add_prefix_space", "trim_offsets", "use_regex", "pair");
        return frame;
    }

    static SpecialFrame ReadTemplate(JsonPart part, Vocabulary vocabulary)
    {
        Dictionary<string, int[]> specials = [];
        foreach ((string name, JsonElement value) in part.PartOrNull("special_tokens")?.Members() ?? [])
            specials.Add(name, SpecialIds(part, name, value, vocabulary));
        List<int> before = [], after = [];
        int texts = 0;
        foreach (JsonPart item in part.Parts("single"))
        {
            if (item.PartOrNull("SpecialToken") is JsonPart special)
                (texts == 0 ? before : after).AddRange(specials.TryGetValue(special.Text("id"), out int[]? ids) ? ids
                    : throw special.Refusal(
                        $"names {Quote.Of(special.Text("id"))}, which is not among the special_tokens"));
            else if (item.Part("Sequence").Text("id") == "A")
                texts++;
            item.Close();
        }
        return texts == 1 ? new(before, after) : throw part.Refusal("needs a \"single\" with exactly one Sequence A");
    }

    static int[] SpecialIds(JsonPart part, string name, JsonElement value, Vocabulary vocabulary)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("ids", out JsonElement ids)
            || ids.ValueKind != JsonValueKind.Array)
            throw part.Refusal($"gives the special token {Quote.Of(name)} no list \"ids\"");
        return [.. ids.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id) && vocabulary.TextOf(id) is not null
                ? id
                : throw part.Refusal($"gives the special token {Quote.Of(name)} an id that is not in the vocabulary"))];
    }
}
