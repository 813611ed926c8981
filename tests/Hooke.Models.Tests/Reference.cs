namespace Hooke.Models.Tests;

/// <summary>Tensors that another implementation computed.</summary>
sealed class Reference : IDisposable
{
    readonly SafetensorsFile _file;

    public Reference(string path) => _file = SafetensorsFile.Open(path);

    public IEnumerable<string> Names => _file.Entries.Select(entry => entry.Name);

    public float[] this[string name]
    {
        get
        {
            float[] values = new float[_file.EntryOf(name).Count];
            _file.Read(name, values, allowNonFinite: true);
            return values;
        }
    }

    public TokenBatch Tokens(string name = "input_ids")
    {
        int length = (int)_file.EntryOf(name).Shape[^1];
        return new([.. _file.ReadInt64(name).Select(id => (int)id).Chunk(length)]);
    }

    /// <summary>‖a − b‖ / ‖b‖ over the numbers that are finite in b; infinite ones must be the same.</summary>
    public static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(b.Length, a.Length);
        double difference = 0, size = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (!float.IsFinite(b[i]))
            {
                Assert.Equal(b[i], a[i]);
                continue;
            }
            difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
            size += (double)b[i] * b[i];
        }
        return Math.Sqrt(difference / size);
    }

    public void Dispose() => _file.Dispose();
}
