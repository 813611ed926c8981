using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>Where two JSON values differ.</summary>
static class JsonDifferences
{
    /// <summary>
    /// Every place where the values differ, in the order of the first; white space and key order do not count.
    /// </summary>
    public static IEnumerable<Difference> Between(JsonNode? a, JsonNode? b, string path = "")
    {
        if (a is JsonObject left && b is JsonObject right)
            return OfObjects(left, right, path.Length == 0 ? "" : path + ".");
        if (a is JsonArray first && b is JsonArray second && first.Count == second.Count)
            return first.SelectMany((item, i) => Between(item, second[i], $"{path}[{i}]"));
        string here = Short(a), there = Short(b);
        return CanonicalJson.Text(a) == CanonicalJson.Text(b) ? [] : [new Difference(path, here, there)];
    }

    static IEnumerable<Difference> OfObjects(JsonObject a, JsonObject b, string prefix)
    {
        foreach ((string key, JsonNode? value) in a)
        {
            if (!b.TryGetPropertyValue(key, out JsonNode? other))
                yield return new Difference(prefix + key, Short(value), "nothing");
            foreach (Difference difference in b.ContainsKey(key) ? Between(value, other, prefix + key) : [])
                yield return difference;
        }
        foreach ((string key, JsonNode? value) in b)
            if (!a.ContainsKey(key))
                yield return new Difference(prefix + key, "nothing", Short(value));
    }

    static string Short(JsonNode? value)
    {
        string text = value switch
        {
            JsonArray array => $"a list of {array.Count}",
            JsonValue text1 when text1.GetValueKind() == JsonValueKind.String => $"\"{text1.GetValue<string>()}\"",
            _ => CanonicalJson.Text(value),
        };
        return text.Length > 120 ? text[..120] + "…" : text;
    }
}

/// <summary>A place where two dossiers differ.</summary>
/// <param name="Path">Where, such as "claim.evidence.sufficiency.faithfulness.value".</param>
/// <param name="Here">What the one says.</param>
/// <param name="There">What the other says.</param>
public sealed record Difference(string Path, string Here, string There)
{
    /// <summary>"path: here, there".</summary>
    public override string ToString() => $"{Path}: {Here} here, {There} there";
}
