using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The elements of an activation that an intervention changes, as runs of neighbours within one prompt each.</summary>
internal sealed class Region
{
    readonly List<(int Start, int Length)> _runs = [];
    readonly int _promptSize;

    Region(Shape shape) => _promptSize = shape.Count / shape[0];

    public static Region Of(Intervention edit, Shape shape, TokenBatch tokens)
    {
        Region region = new(shape);
        (int from, int to) = edit.Prompts?.Within(tokens.Count) ?? (0, tokens.Count);
        for (int b = from; b < to; b++)
        {
            if (edit.At.Head is null && edit.At.Positions is null)
                region._runs.Add((b * region._promptSize, region._promptSize));
            else if (edit.At.Site.Shape == SiteShape.Pattern)
                region.AddPatternRows(edit.At, shape, b, tokens.Lengths[b]);
            else
                region.AddPositions(edit.At, shape, b, tokens.Lengths[b]);
        }
        return region;
    }

    /// <summary>factor · value + addend inside the region; no addend for zeros.</summary>
    public Tensor Write(Tensor value, float factor, ReadOnlySpan<float> addend) => Ops.Edit(value, _runs, factor, addend);

    /// <summary>The elements of another tensor of the same shape, or of one of fewer prompts, read round and round.</summary>
    public float[] Read(Tensor from)
    {
        float[] values = new float[_runs.Sum(run => run.Length)];
        int written = 0;
        foreach ((int start, int length) in _runs)
        {
            from.Data.Slice(start % from.Shape.Count, length).CopyTo(values.AsSpan(written));
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
    void AddPositions(Address address, Shape shape, int prompt, int promptLength)
    {
        int width = shape[^1], heads = shape.Rank == 4 ? shape[2] : 1;
        (int from, int to) = address.Positions?.Within(promptLength) ?? (0, promptLength);
        for (int p = from; p < to; p++)
        {
            int row = ((prompt * shape[1]) + p) * heads;
            _runs.Add(address.Head is { } head ? ((row + head) * width, width) : (row * width, heads * width));
        }
    }

    // [batch, head, query_pos, key_pos]
    void AddPatternRows(Address address, Shape shape, int prompt, int promptLength)
    {
        (int from, int to) = address.Positions?.Within(promptLength) ?? (0, promptLength);
        for (int h = address.Head ?? 0; h <= (address.Head ?? shape[1] - 1) && from < to; h++)
            _runs.Add((((((prompt * shape[1]) + h) * shape[2]) + from) * shape[3], (to - from) * shape[3]));
    }
}
