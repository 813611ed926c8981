using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>How far one tensor lies from the one it should be.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Largest">The largest absolute difference of two numbers; infinite where one is no number.</param>
/// <param name="Scale">The largest absolute number of the reference.</param>
public sealed record TensorDifference(string What, double Largest, double Scale)
{
    /// <summary>Two implementations in float32 agree to this, relative to the largest number or to 1.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Whether all numbers agree: |a − b| ≤ 10⁻⁵ · max(1, scale).</summary>
    public bool Agrees => Largest <= Tolerance * Math.Max(1, Scale);

    /// <summary>The differences of two tensors of as many numbers.</summary>
    public static TensorDifference Of(string what, ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double largest = 0, scale = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)found[i] - expected[i]);
            largest = Math.Max(largest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }
        return new(what, largest, scale);
    }
}

/// <summary>Compares what a dictionary computes with what its makers' program did, as a reference file recorded it.</summary>
/// <remarks>
/// A safetensors file with <c>input</c> [.., d_in], <c>feature_acts</c> or <c>latents</c> [.., n_latents] (or <c>top_acts</c> and
/// <c>top_indices</c> [.., k]), <c>output</c> [.., d_out]. Of a set, the tensors of coder i end in <c>.i</c>.
/// </remarks>
public static class ReferenceCheck
{
    static readonly string[] LatentNames = ["feature_acts", "latents"];

    /// <summary>The differences of latents and outputs, coder by coder.</summary>
    /// <exception cref="InputException">
    /// The file lacks an input, has nothing to compare, or its shapes are not the dictionary's.
    /// </exception>
    public static IReadOnlyList<TensorDifference> Compare(CoderSet dictionary, string path)
    {
        using TensorSource file = TensorSource.Open(path);
        bool isOne = dictionary.Coders.Count == 1;
        string[] endings = [.. Enumerable.Range(0, dictionary.Coders.Count)
            .Select(i => isOne ? "" : string.Create(CultureInfo.InvariantCulture, $".{i}"))];
        Tensor[] inputs = [.. endings.Select(ending => Read(file, "input" + ending))];
        List<TensorDifference> differences = [];
        for (int i = 0; i < inputs.Length; i++)
            differences.AddRange(Latents(file, dictionary.Coders[i], inputs[i], endings[i]));
        if (dictionary.Coders[0].Config.Inputs.Count == 1)
            differences.AddRange(Outputs(file, dictionary, inputs));
        foreach (Tensor input in inputs)
            input.Dispose();
        return differences.Count > 0 ? differences
            : throw new InputException($"{path} has an input, but neither feature_acts nor latents nor top_acts nor output "
            + "to compare with");
    }

    static IEnumerable<TensorDifference> Latents(TensorSource file, SparseCoder coder, Tensor input, string ending)
    {
        if (LatentNames.FirstOrDefault(name => file.Has(name + ending)) is { } dense)
        {
            using Tensor latents = coder.Encode(input);
            yield return Difference(file, dense + ending, latents);
        }
        else if (file.Has("top_acts" + ending))
        {
            using Tensor latents = coder.Encode(input);
            using Tensor expected = Scattered(file, ending, latents.Shape);
            yield return TensorDifference.Of("top_acts" + ending, latents.Data, expected.Data);
        }
    }

    static IEnumerable<TensorDifference> Outputs(TensorSource file, CoderSet dictionary, Tensor[] inputs)
    {
        IReadOnlyList<Tensor> outputs = dictionary.Reconstruct(inputs);
        for (int i = 0; i < outputs.Count; i++)
        {
            string name = outputs.Count == 1 ? "output" : string.Create(CultureInfo.InvariantCulture, $"output.{i}");
            using (outputs[i])
                if (file.Has(name))
                    yield return Difference(file, name, outputs[i]);
        }
    }

    static TensorDifference Difference(TensorSource file, string name, Tensor found)
    {
        float[] expected = file.Read(name);
        return expected.Length == found.Shape.Count
            ? TensorDifference.Of(name, found.Data, expected)
            : throw new InputException($"{file.Path}: {file.Of(name)} is not of the shape {found.Shape} that the dictionary "
            + "gives; "
                + "the reference belongs to another dictionary");
    }

    static Tensor Scattered(TensorSource file, string ending, Shape shape)
    {
        float[] values = file.Read("top_acts" + ending);
        long[] indices = file.Integers("top_indices" + ending);
        int rows = shape.Count / shape[^1], k = rows == 0 ? 0 : values.Length / rows;
        if (indices.Length != values.Length || values.Length != rows * k || indices.Any(index => index < 0 || index >= shape[^1]))
            throw new InputException($"{file.Path}: top_acts and top_indices do not name latents of {shape[^1]} for each of "
                + $"{rows} inputs");
        Tensor dense = Tensor.Zeros(shape);
        for (int i = 0; i < values.Length; i++)
            dense.Data[(i / k * shape[^1]) + (int)indices[i]] = values[i];
        return dense;
    }

    static Tensor Read(TensorSource file, string name)
    {
        return Tensor.From(file.Read(name), file.Sizes(name, file.Of(name).Shape.Count));
    }
}
