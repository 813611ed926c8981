using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Reads a checkpoint's tensors as the weights of a config, by the family's places.</summary>
internal sealed class WeightReader(Checkpoint checkpoint, Family family, TransformerConfig config)
{
    /// <summary>All weights.</summary>
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
    }

    Tensor Read(string weight, Shape shape)
    {
        WeightPlace place = family.Place(weight, config);
        // A tied unembedding, and GPT-2's base model without its head's prefix, are stored under fewer names.
        string name = checkpoint.Contains(place.Tensor) || family.OptionalPrefix.Length == 0
            ? place.Tensor
            : place.Tensor.Replace(family.OptionalPrefix, "", StringComparison.Ordinal);
        (int inputs, int outputs) = shape.Rank == 2 ? (shape[0], shape[1]) : (1, shape[0]);
        long[] stored = shape.Rank == 1 ? [(long)outputs * place.Parts]
            : place.IsOutIn ? [(long)outputs * place.Parts, inputs]
            : [inputs, (long)outputs * place.Parts];
        if (place.Parts == 1 && !place.IsOutIn)
        {
            Tensor whole = Tensor.Zeros(shape);
            checkpoint.Read(name, whole.Data, stored);
            return whole;
        }
        using Tensor all = Tensor.Zeros(checked((int)stored.Aggregate(1L, (a, b) => a * b)));
        checkpoint.Read(name, all.Data, stored);
        return place.IsOutIn ? Transposed(all, inputs, outputs, place) : Columns(all, shape, inputs, outputs, place);
    }

    static Tensor Transposed(Tensor all, int inputs, int outputs, WeightPlace place)
    {
        Tensor weight = Tensor.Zeros(inputs, outputs);
        Span<float> from = all.Data.Slice(place.Part * outputs * inputs, outputs * inputs), to = weight.Data;
        for (int o = 0; o < outputs; o++)
            for (int i = 0; i < inputs; i++)
                to[(i * outputs) + o] = from[(o * inputs) + i];
        return weight;
    }

    static Tensor Columns(Tensor all, Shape shape, int inputs, int outputs, WeightPlace place)
    {
        Tensor weight = Tensor.Zeros(shape);
        for (int i = 0; i < inputs; i++)
            all.Data.Slice((i * outputs * place.Parts) + (place.Part * outputs), outputs).CopyTo(weight.Data[(i * outputs)..]);
        return weight;
    }
}
