using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Reads a checkpoint's tensors as the weights of a config, by the family's places.</summary>
internal sealed class WeightReader(Checkpoint checkpoint, Family family, TransformerConfig config, bool keepStored = false)
{
    /// <summary>All weights; one is in memory as the file has it only in pieces, while it is read.</summary>
    /// <exception cref="InputException">A tensor is missing, has another shape, or holds a number that is not finite.</exception>
    public TransformerWeights Read()
    {
        RequirePlausible();
        return new TransformerWeights(config, Read);
    }

    // Before anything is allocated: a config that asks for more than the files can hold is a lie.
    void RequirePlausible()
    {
        long stored = checkpoint.Names.Sum(name => checkpoint.EntryOf(name).Count);
        if (config.MatrixCount > stored)
            throw new InputException(
                $"{checkpoint.Path}: config.json describes a model of {config.MatrixCount:g6} weights, the files hold {stored}; "
                + "config.json and weights do not belong together");
        IEnumerable<string> denied = family.OptionalWeights.Select(name => $"blocks.0.{name}")
            .Where(weight => config.Parameters().All(p => p.Name != weight))
            .Append($"blocks.{config.NLayers}.attn.W_Q");
        if (denied.Select(weight => NameOf(family.Place(weight, config))).FirstOrDefault(checkpoint.Contains) is { } name)
            throw new InputException(
                $"{checkpoint.Path} has a tensor {Quote.Of(name)}, which the model of {config.NLayers} layers that config.json "
                + "describes does not have; config.json and weights do not belong together");
    }

    Tensor Read(string weight, Shape shape)
    {
        WeightPlace place = family.Place(weight, config);
        (SafetensorsFile file, SafetensorsEntry entry) = checkpoint.Find(NameOf(place), place.Stored(shape));
        bool isUnembedding = weight == (config.IsTied ? "embed.W_E" : "unembed.W_U");
        return new StoredWeight(file, entry, place, shape).Read(keepStored, transposed: isUnembedding);
    }

    // A tied unembedding, and GPT-2's base model without its head's prefix, are stored under fewer names.
    string NameOf(WeightPlace place) => checkpoint.Contains(place.Tensor) || family.OptionalPrefix.Length == 0
        ? place.Tensor
        : place.Tensor.Replace(family.OptionalPrefix, "", StringComparison.Ordinal);
}
