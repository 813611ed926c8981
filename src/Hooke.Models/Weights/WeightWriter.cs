using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Writes weights as the family's tensors: what <see cref="WeightReader"/> reads, in Hugging Face's layout.</summary>
internal static class WeightWriter
{
    /// <summary>Writes model.safetensors, atomically.</summary>
    public static void Write(string path, Family family, TransformerConfig config, TransformerWeights weights)
    {
        IEnumerable<TensorToWrite> tensors = weights.Names
            .Select(name => (Place: family.Place(name, config), Tensor: weights[name]))
            .GroupBy(w => w.Place.Tensor)
            .Select(parts => Join(parts.Key, [.. parts.OrderBy(w => w.Place.Part)]));
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    static TensorToWrite Join(string name, (WeightPlace Place, Tensor Tensor)[] parts)
    {
        Shape shape = parts[0].Tensor.Shape;
        if (parts[0].Place.IsOutIn)
            throw new InvalidOperationException($"Bug in Hooke: {name} is stored [out, in], which is read but not written");
        (int inputs, int outputs) = shape.Rank == 2 ? (shape[0], shape[1]) : (1, shape[0]);
        long[] stored = shape.Rank == 2 ? [inputs, (long)outputs * parts.Length] : [(long)outputs * parts.Length];
        return TensorToWrite.FromFloats(name, stored, () =>
        {
            float[] joined = new float[inputs * outputs * parts.Length];
            for (int p = 0; p < parts.Length; p++)
            {
                using Tensor part = parts[p].Tensor.Clone(); // not of the model: it would keep its unpacked elements
                for (int i = 0; i < inputs; i++)
                    part.Data.Slice(i * outputs, outputs).CopyTo(joined.AsSpan(((i * parts.Length) + p) * outputs));
            }
            return joined;
        });
    }
}
