using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>How a family of published checkpoints maps to the one transformer: its config, and its tensors' names.</summary>
public abstract class Family
{
    const string HuggingFaceConfig = "config.json";

    /// <summary>Every family that Hooke reads.</summary>
    public static IReadOnlyList<Family> All { get; } =
    [
        new Gpt2(), new Llama(), new GptNeo(), new GptNeoX(), new Mistral(), new Qwen2(), new Qwen3(),
        new Gemma(), new Gemma2(), new Gemma3Text(), new Gemma3(), new TransformerLensFamily(),
    ];

    /// <summary>config.json's model_type.</summary>
    public abstract string ModelType { get; }

    /// <summary>The name of the file in a model's folder that says which transformer it is.</summary>
    public virtual string ConfigName => HuggingFaceConfig;

    /// <summary>The family of a model's folder, and its config file.</summary>
    /// <exception cref="InputException">There is no config, or it names no family that Hooke reads.</exception>
    public static (Family Family, ConfigFile Config) OfFolder(string folder)
    {
        Family? other = All.FirstOrDefault(f =>
            f.ConfigName != HuggingFaceConfig && File.Exists(Path.Combine(folder, f.ConfigName)));
        if (other is not null && !File.Exists(Path.Combine(folder, HuggingFaceConfig)))
            return (other, new(Path.Combine(folder, other.ConfigName)));
        ConfigFile config = new(Path.Combine(folder, HuggingFaceConfig));
        return (Of(config), config);
    }

    /// <summary>The family of a config.json.</summary>
    /// <exception cref="InputException">It names none that Hooke reads.</exception>
    public static Family Of(ConfigFile config)
    {
        string type = config.Text("model_type");
        Family[] published = [.. All.Where(f => f.ConfigName == HuggingFaceConfig)];
        Family family = published.FirstOrDefault(f => f.ModelType == type) ?? throw new InputException(
            $"{config.Path}: architecture '{type}' is not supported; "
            + $"supported are {string.Join(", ", published.Select(f => f.ModelType))}{Unsupported.Because(type)}");
        Unsupported.Refuse(config);
        return family;
    }

    /// <summary>Reads the config.</summary>
    /// <exception cref="InputException">A value is missing, or of a kind that the family's transformer does not have.</exception>
    public abstract TransformerConfig Read(ConfigFile config);

    /// <summary>Where a weight lies in the checkpoint, by its TransformerLens name.</summary>
    public abstract WeightPlace Place(string weight, TransformerConfig config);

    /// <summary>Weights of a block that a checkpoint of the family has only where its config says so.</summary>
    public virtual IReadOnlyList<string> OptionalWeights => [];

    /// <summary>Prefixes that a checkpoint may put before every tensor's name.</summary>
    public virtual string OptionalPrefix => "";

    /// <summary>Splits "blocks.3.attn.W_Q" into 3 and "attn.W_Q"; null and the whole name where there is no layer.</summary>
    protected static (int? Layer, string Name) Split(string weight)
    {
        string[] parts = weight.Split('.', 3);
        return parts[0] == "blocks"
            ? (int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), parts[2])
            : (null, weight);
    }

    /// <summary>Four times a width, for MLPs that are so by default; no more than a whole number can be.</summary>
    protected static int Times4(int width) => (int)Math.Min(4L * width, int.MaxValue);

    /// <summary>The fault of a family that was asked for a weight that its config does not have.</summary>
    protected InvalidOperationException NoSuch(string weight) => new($"Bug in Hooke: {ModelType} has no weight {weight}");
}
