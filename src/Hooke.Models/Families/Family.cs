using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>How a family of published checkpoints maps to the one transformer: its config.json, and its tensors' names.</summary>
public abstract class Family
{
    /// <summary>Every family that Hooke reads.</summary>
    public static IReadOnlyList<Family> All { get; } = [new Gpt2(), new Llama()];

    /// <summary>config.json's model_type.</summary>
    public abstract string ModelType { get; }

    /// <summary>The family of a config.json.</summary>
    /// <exception cref="InputException">It names none that Hooke reads.</exception>
    public static Family Of(ConfigFile config)
    {
        string type = config.Text("model_type");
        return All.FirstOrDefault(f => f.ModelType == type) ?? throw new InputException(
            $"{config.Path}: architecture '{type}' is not supported; "
            + $"supported are {string.Join(", ", All.Select(f => f.ModelType))}");
    }

    /// <summary>Reads the config.</summary>
    /// <exception cref="InputException">A value is missing, or of a kind that the family's transformer does not have.</exception>
    public abstract TransformerConfig Read(ConfigFile config);

    /// <summary>Where a weight lies in the checkpoint, by its TransformerLens name.</summary>
    public abstract WeightPlace Place(string weight, TransformerConfig config);

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
}
