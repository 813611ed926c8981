using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The elements of an activation that an address names, as runs of neighbours.</summary>
internal sealed class Region
{
    readonly List<(int Start, int Length)> _runs = [];

    public static Region Of(Address address, Shape shape, TokenBatch tokens)
    {
        Region region = new();
        if (address.Head is null && address.Positions is null)
            region._runs.Add((0, shape.Count));
        else if (address.Site.Shape == SiteShape.Pattern)
            region.AddPatternRows(address, shape, tokens);
        else
            region.AddPositions(address, shape, tokens);
        return region;
    }

    /// <summary>factor · value + addend inside the region; no addend for zeros.</summary>
    public Tensor Write(Tensor value, float factor, ReadOnlySpan<float> addend) => Ops.Edit(value, _runs, factor, addend);

    /// <summary>The elements of another tensor of the same shape.</summary>
    public float[] Read(Tensor from)
    {
        float[] values = new float[_runs.Sum(run => run.Length)];
        int written = 0;
        foreach ((int start, int length) in _runs)
        {
            from.Data.Slice(start, length).CopyTo(values.AsSpan(written));
            written += length;
        }
        return values;
    }

    /// <summary>One vector, as often as it fits.</summary>
    public float[] Repeated(IReadOnlyList<float> vector)
    {
        float[] values = new float[_runs.Sum(run => run.Length)];
        for (int i = 0; i < values.Length; i++)
            values[i] = vector[i % vector.Count];
        return values;
    }

    // [batch, pos, width] or [batch, pos, head, width]
    void AddPositions(Address address, Shape shape, TokenBatch tokens)
    {
        int width = shape[^1], heads = shape.Rank == 4 ? shape[2] : 1;
        for (int b = 0; b < tokens.Count; b++)
        {
            (int from, int to) = address.Positions?.Within(tokens.Lengths[b]) ?? (0, tokens.Lengths[b]);
            for (int p = from; p < to; p++)
            {
                int row = ((b * shape[1]) + p) * heads;
                _runs.Add(address.Head is { } head ? ((row + head) * width, width) : (row * width, heads * width));
            }
        }
    }

    // [batch, head, query_pos, key_pos]
    void AddPatternRows(Address address, Shape shape, TokenBatch tokens)
    {
        for (int b = 0; b < tokens.Count; b++)
            for (int h = address.Head ?? 0; h <= (address.Head ?? shape[1] - 1); h++)
            {
                (int from, int to) = address.Positions?.Within(tokens.Lengths[b]) ?? (0, tokens.Lengths[b]);
                if (from < to)
                    _runs.Add(((((((b * shape[1]) + h) * shape[2]) + from) * shape[3]), (to - from) * shape[3]));
            }
    }
}
