using System.Text.Json;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>How circuit-tracer made a graph, as the info.json beside it says.</summary>
/// <param name="Model">The model's folder name.</param>
/// <param name="Settings">The sites.</param>
/// <param name="K">How many latents TopK keeps, or null for another activation.</param>
/// <param name="MaxTargets">How many logits at most.</param>
/// <param name="Mass">The probability that they have together.</param>
/// <param name="MaxLatents">How many latents were traced, or null for all.</param>
/// <param name="LatentsPerRound">How many between two rankings.</param>
sealed record UpstreamInfo(
    string Model, ReplacementSettings Settings, int? K, int MaxTargets, double Mass, int? MaxLatents, int LatentsPerRound)
{
    const string FileName = "info.json";
    const int LargestFile = 1 << 20, DefaultBatch = 512, DefaultInterval = 4;

    /// <summary>Reads info.json.</summary>
    /// <exception cref="InputException">It is absent or lacks something.</exception>
    public static UpstreamInfo Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        using JsonDocument file = JsonFile.Read(path, LargestFile);
        JsonElement root = file.RootElement, attribute = Of(root, "attribute", JsonValueKind.Object, path);
        return new(Text("arch"), new() { Reads = Text("feature_input_hook"), Writes = Text("feature_output_hook") },
            root.TryGetProperty("activation", out JsonElement activation) && activation.ValueEquals("topk")
                ? (int)Number(root, "k", path) : null,
            (int)Number(attribute, "max_n_logits", path), Number(attribute, "desired_logit_prob", path),
            Optional("max_feature_nodes"),
            (Optional("batch_size") ?? DefaultBatch) * (Optional("update_interval") ?? DefaultInterval));

        string Text(string name) => JsonFile.Text(Of(root, name, JsonValueKind.String, path), path);

        int? Optional(string name) =>
            attribute.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : null;
    }

    /// <summary>The transcoders beside info.json, with the activation that it names.</summary>
    public CoderSet Coders(string folder)
    {
        CoderSet read = CoderSet.Load(Path.Combine(folder, "transcoders"));
        if (K is not { } k || read.Coders.All(coder => coder.Config.Kind == CoderKind.TopK))
            return read;
        return new CoderSet([.. read.Coders.Select(coder => new SparseCoder(
            (coder.Config with { Kind = CoderKind.TopK, K = k, IsRectified = false }).Checked(folder), coder.Weights))]);
    }

    static double Number(JsonElement at, string name, string path) => Of(at, name, JsonValueKind.Number, path).GetDouble();

    static JsonElement Of(JsonElement at, string name, JsonValueKind kind, string path) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
            ? value
            : throw new InputException($"{path} has no {name}: it must say how circuit-tracer made the graph");
}
