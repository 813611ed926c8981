using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>`model.safetensors.index.json`: which shard holds which tensor. Its file names are not trusted.</summary>
static class ShardIndex
{
    const int LargestIndex = 100_000_000;
    const string Extension = ".safetensors";

    /// <summary>Tensor name to shard file name, every shard name being a plain file name.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        using JsonDocument document = JsonFile.Read(path, LargestIndex);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object)
            throw new InputException(
                $"{path} has no object \"weight_map\" of tensor names to file names; fetch it again.");
        Dictionary<string, string> shardOf = new(StringComparer.Ordinal);
        foreach (JsonProperty tensor in map.EnumerateObject())
        {
            string? shard = tensor.Value.ValueKind == JsonValueKind.String ? JsonFile.Text(tensor.Value, path) : null;
            if (shard is null || !IsPlainName(shard))
                throw new InputException($"{path} puts tensor {Quote.Of(tensor.Name)} into "
                    + $"{Quote.Of(shard ?? "something else")}, which is not the name of a {Extension} file in the "
                    + "same folder.");
            shardOf.Add(tensor.Name, shard);
        }
        return shardOf;
    }

    static bool IsPlainName(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal)
        && name.Length > Extension.Length
        && !name.StartsWith('.')
        && name.AsSpan().IndexOfAny(['/', '\\', ':', '\0']) < 0;
}
