using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>The latents of many inputs that are not 0, input by input, in the order of the latents.</summary>
public sealed class SparseLatents
{
    readonly int[] _starts;
    readonly int[] _latents;
    readonly float[] _values;

    SparseLatents(int nLatents, int[] starts, int[] latents, float[] values) =>
        (NLatents, _starts, _latents, _values) = (nLatents, starts, latents, values);

    /// <summary>How many latents there are, active or not.</summary>
    public int NLatents { get; }

    /// <summary>How many inputs were encoded.</summary>
    public int Rows => _starts.Length - 1;

    /// <summary>How many latents are active, over all inputs.</summary>
    public int Count => _latents.Length;

    /// <summary>Which latents are active for an input, in rising order.</summary>
    public ReadOnlySpan<int> LatentsOf(int row) => _latents.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>Their activations.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => _values.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>What is not 0 in latents [.., n_latents].</summary>
    public static SparseLatents Of(Tensor dense)
    {
        int width = dense.Shape[^1], rows = width == 0 ? 0 : dense.Shape.Count / width;
        int[] starts = new int[rows + 1];
        Work.For(rows, Grain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
                starts[r + 1] = CountActive(dense.Data.Slice(r * width, width));
        });
        for (int r = 0; r < rows; r++)
            starts[r + 1] += starts[r];
        int[] latents = new int[starts[rows]];
        float[] values = new float[starts[rows]];
        Work.For(rows, Grain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> row = dense.Data.Slice(r * width, width);
                for (int i = NextActive(row, 0), at = starts[r]; i >= 0; i = NextActive(row, i + 1), at++)
                    (latents[at], values[at]) = (i, row[i]);
            }
        });
        return new(width, starts, latents, values);
    }

    /// <summary>The inputs of several, one after the other.</summary>
    internal static SparseLatents Join(IReadOnlyList<SparseLatents> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        int[] starts = new int[parts.Sum(part => part.Rows) + 1], latents = new int[parts.Sum(part => part.Count)];
        float[] values = new float[latents.Length];
        int row = 0, at = 0;
        foreach (SparseLatents part in parts)
        {
            for (int r = 1; r <= part.Rows; r++)
                starts[row + r] = at + part._starts[r];
            part._latents.CopyTo(latents, at);
            part._values.CopyTo(values, at);
            (row, at) = (row + part.Rows, at + part.Count);
        }
        return new(parts[0].NLatents, starts, latents, values);
    }

    /// <summary>Latents of some rows, given in rising order; the other rows have none.</summary>
    internal static SparseLatents OfRows(int nLatents, int rows, IEnumerable<(int Row, Dictionary<int, float> Latents)> active)
    {
        int[] starts = new int[rows + 1];
        List<int> latents = [];
        List<float> values = [];
        foreach ((int row, Dictionary<int, float> here) in active)
        {
            foreach ((int latent, float value) in here.Where(pair => pair.Value != 0).OrderBy(pair => pair.Key))
            {
                latents.Add(latent);
                values.Add(value);
            }
            starts[row + 1] = latents.Count;
        }
        FillGaps(starts);
        return new(nLatents, starts, [.. latents], [.. values]);
    }

    /// <summary>What was found in each row.</summary>
    internal static SparseLatents Of(IReadOnlyList<EntryList> lists, int nLatents)
    {
        int[] starts = new int[lists.Count + 1];
        for (int r = 0; r < lists.Count; r++)
            starts[r + 1] = checked(starts[r] + lists[r].Count);
        int[] latents = new int[starts[^1]];
        float[] values = new float[starts[^1]];
        for (int r = 0; r < lists.Count; r++)
        {
            lists[r].Latents.CopyTo(latents.AsSpan(starts[r]));
            lists[r].Values.CopyTo(values.AsSpan(starts[r]));
        }
        return new(nLatents, starts, latents, values);
    }

    /// <summary>All latents, [rows, n_latents].</summary>
    public Tensor ToDense()
    {
        Tensor dense = Tensor.Zeros(Rows, NLatents);
        for (int r = 0; r < Rows; r++)
            for (int at = _starts[r]; at < _starts[r + 1]; at++)
                dense.Data[(r * NLatents) + _latents[at]] = _values[at];
        return dense;
    }

    /// <summary>The same inputs with every active latent's value replaced, given (latent, value); zeros are left out.</summary>
    internal SparseLatents Select(Func<int, float, float> value)
    {
        int[] starts = new int[_starts.Length];
        List<int> latents = [];
        List<float> values = [];
        for (int r = 0; r < Rows; r++, starts[r] = latents.Count)
            for (int at = _starts[r]; at < _starts[r + 1]; at++)
                if (value(_latents[at], _values[at]) is not 0f and var kept)
                {
                    latents.Add(_latents[at]);
                    values.Add(kept);
                }
        return new(NLatents, starts, [.. latents], [.. values]);
    }

    /// <summary>The same inputs, those left out without latents.</summary>
    /// <param name="rows">The inputs kept, in rising order.</param>
    internal SparseLatents Only(IReadOnlyList<int> rows)
    {
        int[] starts = new int[_starts.Length];
        List<int> latents = [];
        List<float> values = [];
        foreach (int row in rows)
        {
            latents.AddRange(LatentsOf(row));
            values.AddRange(ValuesOf(row));
            starts[row + 1] = latents.Count;
        }
        FillGaps(starts);
        return new(NLatents, starts, [.. latents], [.. values]);
    }

    /// <summary>Every value times its latent's factor.</summary>
    internal SparseLatents Scaled(ReadOnlySpan<float> factors)
    {
        float[] scaled = new float[_values.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = _values[i] * factors[_latents[i]];
        return new(NLatents, _starts, _latents, scaled);
    }

    internal static int Grain(int width) => Math.Max(1, (1 << 14) / Math.Max(1, width));

    // Inputs without latents start where the one before them ends.
    static void FillGaps(int[] starts)
    {
        for (int r = 1; r < starts.Length; r++)
            starts[r] = Math.Max(starts[r], starts[r - 1]);
    }

    static int CountActive(ReadOnlySpan<float> row)
    {
        int count = 0;
        for (int i = NextActive(row, 0); i >= 0; i = NextActive(row, i + 1))
            count++;
        return count;
    }

    static int NextActive(ReadOnlySpan<float> row, int from) =>
        from < row.Length && row[from..].IndexOfAnyExcept(0f) is >= 0 and int at ? from + at : -1;
}
