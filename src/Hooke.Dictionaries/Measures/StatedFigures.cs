using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What a dictionary's files, or the folder they lie in, say of how it measures up.</summary>
/// <param name="L0">Mean number of active latents of a token; null where nothing is said.</param>
/// <param name="Explained">Fraction of the variance that is explained.</param>
/// <param name="Recovered">Cross-entropy recovered when spliced, over zeros.</param>
/// <param name="Source">Where it is said.</param>
/// <remarks>
/// Gemma Scope: the folder <c>average_l0_71</c>. Gemma Scope 2: <c>l0</c> of config.json. dictionary_learning:
/// eval_results.json with <c>l0</c>, <c>frac_variance_explained</c>, <c>frac_recovered</c>. SAELens: the sum of the densities in
/// sparsity.safetensors. Others: the k of TopK and BatchTopK.
/// </remarks>
public sealed record StatedFigures(double? L0, double? Explained, double? Recovered, string Source)
{
    const string Folder = "average_l0_", Evaluation = "eval_results.json", Densities = "sparsity.safetensors";

    /// <summary>What is said of a dictionary of one coder; null where nothing is, and of a set.</summary>
    /// <exception cref="InputException">A file that should say it is damaged.</exception>
    public static StatedFigures? Of(CoderSet dictionary)
    {
        if (dictionary.Coders is not [{ Config: CoderConfig config }])
            return null;
        if (dictionary.Path.Length > 0)
        {
            string path = Path.GetFullPath(dictionary.Path), folder = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
            if (OfEvaluation(Path.Combine(folder, Evaluation)) is { } evaluated)
                return evaluated;
            if (OfFolder(path) is { } named)
                return named;
            if (dictionary.Card is { } card && dictionary.Layout == "gemma-scope-2" && ConfigJson.Number(card, "l0") is double l0)
                return new(l0, null, null, "l0 of config.json");
            if (dictionary.Layout == "saelens" && OfDensities(Path.Combine(folder, Densities)) is { } summed)
                return summed;
        }
        return config.K is int k and > 0 ? new(k, null, null, $"k of a {config.Kind} dictionary") : null;
    }

    static StatedFigures? OfEvaluation(string path)
    {
        if (!File.Exists(path))
            return null;
        System.Text.Json.Nodes.JsonObject found = new ConfigJson(path).Root;
        StatedFigures figures = new(ConfigJson.Number(found, "l0"), ConfigJson.Number(found, "frac_variance_explained"),
            ConfigJson.Number(found, "frac_recovered"), Evaluation);
        return figures is { L0: null, Explained: null, Recovered: null } ? null : figures;
    }

    static StatedFigures? OfFolder(string path) => path.Split(Path.DirectorySeparatorChar).Reverse().Take(2)
        .Where(part => part.StartsWith(Folder, StringComparison.Ordinal))
        .Select(part => int.TryParse(part[Folder.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int l0)
            ? new StatedFigures(l0, null, null, $"the folder's name {part}") : null)
        .FirstOrDefault();

    static StatedFigures? OfDensities(string path)
    {
        if (!File.Exists(path))
            return null;
        using TensorSource file = TensorSource.Open(path);
        return file.Has("sparsity")
            ? new(file.Read("sparsity").Sum(logarithm => Math.Pow(10, logarithm)), null, null, $"the densities in {Densities}")
            : null;
    }
}
