using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A safetensors file of what another implementation computed; docs/parity.md describes it.</summary>
internal sealed class ReferenceFile : IDisposable
{
    const string Prompts = "input_ids";

    readonly SafetensorsFile _file;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It is absent or damaged, or has no prompts.</exception>
    public ReferenceFile(string path)
    {
        _file = SafetensorsFile.Open(path);
        try
        {
            Tokens = Sequences(Prompts);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The prompts.</summary>
    public TokenBatch Tokens { get; }

    /// <summary>Names of what was computed, ordered, numbers in them as numbers.</summary>
    public IEnumerable<string> Names => _file.Entries.Select(e => e.Name).Where(name => name != Prompts)
        .OrderBy(name => string.Concat(name.Split('.').Select(part =>
            part.All(char.IsAsciiDigit) ? part.PadLeft(8, '0') : "." + part)), StringComparer.Ordinal);

    /// <summary>What the file says of its origin.</summary>
    public string MadeBy => _file.Metadata.GetValueOrDefault("made_by", "");

    /// <summary>Equally long sequences of tokens.</summary>
    /// <exception cref="InputException">There are none, or they are no whole numbers [batch, pos].</exception>
    public TokenBatch Sequences(string name)
    {
        IReadOnlyList<long> shape = _file.EntryOf(name).Shape;
        if (shape.Count != 2 || shape.Any(n => n == 0))
            throw new InputException($"{_file.Path}: {name} has shape {TensorShape.Text(shape)}, where [batch, pos] is needed");
        return new([.. _file.ReadInt64(name).Select(id => id is >= 0 and <= int.MaxValue ? (int)id : throw new InputException(
            $"{_file.Path}: {name} has {id}, which is no token")).Chunk((int)shape[1])]);
    }

    /// <summary>How far a tensor lies from the file's of a name.</summary>
    /// <exception cref="InputException">The file's has another shape.</exception>
    public ParityRow Compare(string name, Tensor found)
    {
        SafetensorsEntry entry = _file.EntryOf(name);
        if (!entry.Shape.SequenceEqual(found.Shape.Sizes.ToArray().Select(n => (long)n)))
            throw new InputException($"{_file.Path}: {name} has shape {entry.ShapeText}, this model's has {found.Shape}: "
                + "the reference is another model's");
        float[] expected = new float[entry.Count];
        _file.Read(name, expected, allowNonFinite: true);
        return new(name, found.Shape, Difference(found.Data, expected));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Over the numbers that are finite in b; others, such as −∞ where attention is masked, must be the same.
    static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < a.Length; i++)
            if (float.IsFinite(b[i]))
            {
                difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
                size += (double)b[i] * b[i];
            }
            else if (!a[i].Equals(b[i]))
                return double.PositiveInfinity;
        double ratio = difference == 0 ? 0 : Math.Sqrt(difference / size);
        return double.IsNaN(ratio) ? double.PositiveInfinity : ratio;
    }
}
