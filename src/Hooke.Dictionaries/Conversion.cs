using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A dictionary written in another layout, and how far what it computes then differs.</summary>
/// <param name="Layout">The layout it was written in.</param>
/// <param name="Differences">Latents and outputs of the written dictionary, read back, against the one it was made from.</param>
public sealed record Conversion(string Layout, IReadOnlyList<TensorDifference> Differences)
{
    const int Inputs = 256;

    /// <summary>Writes a dictionary in another layout, reads it back and compares both on the same random inputs.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="folder">A folder that is not there yet.</param>
    /// <param name="layout">The layout's name.</param>
    /// <exception cref="InputException">
    /// The layout cannot hold the dictionary, or the folder is taken or cannot be written.
    /// </exception>
    public static Conversion Make(CoderSet dictionary, string folder, string layout)
    {
        dictionary.Save(folder, layout);
        using CoderSet written = CoderSet.Load(folder, layout);
        return new(layout, Compare(dictionary, written));
    }

    /// <summary>How far two dictionaries differ on the same inputs: standard normal numbers, 256 rows, always the same.</summary>
    /// <exception cref="InputException">They have not as many coders, inputs or latents.</exception>
    public static IReadOnlyList<TensorDifference> Compare(CoderSet one, CoderSet other)
    {
        if (one.Coders.Count != other.Coders.Count || one.Coders.Zip(other.Coders).Any(pair =>
            pair.First.Config.DIn != pair.Second.Config.DIn || pair.First.Config.NLatents != pair.Second.Config.NLatents))
            throw new InputException("the dictionaries have not as many coders, inputs and latents; they cannot be compared");
        List<TensorDifference> differences = [];
        Tensor[] inputs = [.. one.Coders.Select((coder, i) => Normal(coder.Config.DIn, i))];
        for (int i = 0; i < inputs.Length; i++)
        {
            using Tensor expected = one.Coders[i].Encode(inputs[i]), found = other.Coders[i].Encode(inputs[i]);
            differences.Add(TensorDifference.Of(Named("latents", i, inputs.Length), found.Data, expected.Data));
        }
        IReadOnlyList<Tensor> outputs = one.Reconstruct(inputs), others = other.Reconstruct(inputs);
        for (int i = 0; i < outputs.Count; i++)
            differences.Add(TensorDifference.Of(Named("output", i, outputs.Count), others[i].Data, outputs[i].Data));
        foreach (Tensor tensor in inputs.Concat(outputs).Concat(others))
            tensor.Dispose();
        return differences;
    }

    static Tensor Normal(int width, int coder)
    {
        Rng rng = new Rng(20260101).Fork("dictionary probe").Fork(coder);
        Tensor x = Tensor.Zeros(Inputs, width);
        for (int i = 0; i < x.Shape.Count; i++)
            x.Data[i] = rng.Normal((ulong)i);
        return x;
    }

    static string Named(string what, int i, int count) => count == 1 ? what
        : string.Create(CultureInfo.InvariantCulture, $"{what}.{i}");
}
