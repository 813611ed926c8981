using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Which layers see only a window of keys, as configs say it.</summary>
static class Windows
{
    /// <summary>Before the weights are seen, a config is not to be trusted with memory.</summary>
    public const int MostLayers = 1 << 16;

    /// <summary>A config with the windows of its file: sliding_window, in the layers of layer_types or by a rule.</summary>
    /// <param name="file">The file.</param>
    /// <param name="config">The config without windows.</param>
    /// <param name="size">The window where the file gives none.</param>
    /// <param name="isWindowed">Which layers are windowed where the file does not say.</param>
    /// <exception cref="InputException">A kind of layer is not supported, or there are more layers than can be.</exception>
    public static TransformerConfig Read(ConfigFile file, TransformerConfig config, int size, Func<int, bool> isWindowed)
    {
        if (config.NLayers > MostLayers)
            throw new InputException($"{file.Path}: {config.NLayers} layers are more than the {MostLayers} that Hooke reads");
        if (file.IsNull("sliding_window"))
            return config;
        bool[]? named = file.TextsOr("layer_types") is { } types ? Named(file, types, config.NLayers) : null;
        return With(config, file.SizeOr("sliding_window", size), named is null ? isWindowed : layer => named[layer]);
    }

    /// <summary>A config with a window of some size in some layers.</summary>
    public static TransformerConfig With(TransformerConfig config, int size, Func<int, bool> isWindowed)
    {
        LayerSet windowed = LayerSet.Where(config.NLayers, isWindowed);
        return windowed.IsEmpty ? config : config with { Windowed = windowed, WindowSize = size };
    }

    static bool[] Named(ConfigFile file, IReadOnlyList<string> types, int layers)
    {
        if (types.Count != layers)
            throw new InputException($"{file.Path}: 'layer_types' has {types.Count} entries for {layers} layers");
        return [.. types.Select(type => type switch
        {
            "full_attention" => false,
            "sliding_attention" => true,
            _ => throw new InputException(
                $"{file.Path}: layers of type '{type}' are not supported; supported are full_attention and sliding_attention"),
        })];
    }
}
