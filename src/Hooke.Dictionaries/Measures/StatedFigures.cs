using System.Globalization;
using System.Text.Json.Nodes;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What a dictionary's files, or the folder they lie in, say of how it measures up.</summary>
/// <param name="L0">Mean number of active latents of a token, coder by coder; null where nothing is said.</param>
/// <param name="Explained">Fraction of the variance that is explained, written site by written site.</param>
/// <param name="Recovered">Cross-entropy recovered when spliced, over zeros.</param>
/// <param name="Source">Where it is said.</param>
/// <remarks>
/// Hooke: <c>manifest.json</c> of the training, in the folder above. Gemma Scope: the folder <c>average_l0_71</c>. Gemma Scope 2:
/// <c>l0</c> of config.json. dictionary_learning: eval_results.json with <c>l0</c>, <c>frac_variance_explained</c>,
/// <c>frac_recovered</c>. SAELens: the sum of the densities in sparsity.safetensors. Others: the k of TopK and BatchTopK.
/// </remarks>
public sealed record StatedFigures(
    IReadOnlyList<double?> L0, IReadOnlyList<double?> Explained, double? Recovered, string Source)
{
    const string Folder = "average_l0_", Evaluation = "eval_results.json", Densities = "sparsity.safetensors";

    /// <summary>What is said of a dictionary; null where nothing is.</summary>
    /// <exception cref="InputException">A file that should say it is damaged.</exception>
    public static StatedFigures? Of(CoderSet dictionary)
    {
        StatedFigures? found = null;
        if (dictionary.Path.Length > 0)
        {
            string path = Path.GetFullPath(dictionary.Path),
                folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
            found = OfManifest(dictionary, folder);
            if (dictionary.Coders.Count == 1)
                found ??= OfEvaluation(Path.Combine(folder, Evaluation)) ?? OfFolder(path) ?? OfCard(dictionary)
                    ?? OfDensities(dictionary, Path.Combine(folder, Densities));
        }
        double?[] ks = [.. dictionary.Coders.Select(coder => coder.Config.K is int k and > 0 ? k : (double?)null)];
        return found ?? (ks.Any(k => k is not null)
            ? new(ks, [.. dictionary.Outputs.Select(_ => (double?)null)], null,
                $"k of a {dictionary.Coders[0].Config.Kind} dictionary")
            : null);
    }

    // Of other makers' manifests nothing is asked; of ours, only what came of the training.
    static StatedFigures? OfManifest(CoderSet dictionary, string folder)
    {
        string path = Path.Combine(Path.GetDirectoryName(folder) ?? folder, ManifestFile.Name);
        if (!File.Exists(path) || new ConfigJson(path).Root["result"] is not JsonObject result
            || result["figures"] is not JsonArray all)
            return null;
        JsonObject[] own = [.. all.OfType<JsonObject>().Where(figures => figures["dictionary"] is JsonValue name
            && name.TryGetValue(out string? text) && text == Path.GetFileName(folder))];
        return own.Length == dictionary.Coders.Count && dictionary.Outputs.Count == own.Length
            ? new([.. own.Select(figures => ConfigJson.Number(figures, "l0"))],
                [.. own.Select(figures => 1 - ConfigJson.Number(figures, "fvu"))], null, $"{ManifestFile.Name} of its training")
            : null;
    }

    static StatedFigures? OfEvaluation(string path)
    {
        if (!File.Exists(path))
            return null;
        JsonObject found = new ConfigJson(path).Root;
        StatedFigures figures = One(ConfigJson.Number(found, "l0"), ConfigJson.Number(found, "frac_variance_explained"),
            ConfigJson.Number(found, "frac_recovered"), Evaluation);
        return figures is { L0: [null], Explained: [null], Recovered: null } ? null : figures;
    }

    static StatedFigures? OfFolder(string path) => path.Split(Path.DirectorySeparatorChar).Reverse().Take(2)
        .Where(part => part.StartsWith(Folder, StringComparison.Ordinal))
        .Select(part => int.TryParse(part[Folder.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int l0)
            ? One(l0, null, null, $"the folder's name {part}") : null)
        .FirstOrDefault();

    static StatedFigures? OfCard(CoderSet dictionary) =>
        dictionary is { Layout: "gemma-scope-2", Card: { } card } && ConfigJson.Number(card, "l0") is double l0
            ? One(l0, null, null, "l0 of config.json") : null;

    static StatedFigures? OfDensities(CoderSet dictionary, string path)
    {
        if (dictionary.Layout != "saelens" || !File.Exists(path))
            return null;
        using TensorSource file = TensorSource.Open(path);
        return file.Has("sparsity")
            ? One(file.Read("sparsity").Sum(logarithm => Math.Pow(10, logarithm)), null, null, $"the densities in {Densities}")
            : null;
    }

    static StatedFigures One(double? l0, double? explained, double? recovered, string source) =>
        new([l0], [explained], recovered, source);
}
