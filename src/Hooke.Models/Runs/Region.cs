using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>The elements of an activation that an intervention changes, as runs of neighbours within one prompt each.</summary>
internal sealed class Region
{
    readonly List<Piece> _pieces = [];
    readonly Address _at;
    readonly Stretch _stretch;

    Region(Address at, Stretch stretch) => (_at, _stretch) = (at, stretch);

    /// <summary>The region of an intervention on an activation that holds the positions of a stretch.</summary>
    public static Region Of(Intervention edit, Shape shape, TokenBatch tokens, Stretch stretch)
    {
        Region region = new(edit.At, stretch);
        (int from, int to) = edit.Prompts?.Within(tokens.Count) ?? (0, tokens.Count);
        for (int b = from; b < to; b++)
        {
            // Without a position the padding is changed with the rest, which nothing reads.
            int first = stretch.First(b), end = first + stretch.Count;
            (int start, int stop) = edit.At.Positions?.Within(tokens.Lengths[b]) ?? (first, end);
            (start, stop) = (Math.Max(start, first), Math.Min(stop, end));
            if (start < stop)
                region.Add(shape, b, start, stop);
        }
        return region;
    }

    /// <summary>factor · value + addend inside the region; no addend for zeros. Takes the value over.</summary>
    public Tensor Write(Tensor value, float factor, ReadOnlySpan<float> addend) =>
        Ops.Edit(value, [.. _pieces.Select(p => (p.Target, p.Length))], factor, addend, owned: true);

    /// <summary>The elements of a whole run's activation at the same places; of fewer prompts, read round and round.</summary>
    public float[] Read(Tensor from)
    {
        float[] values = new float[_pieces.Sum(p => p.Length)];
        int written = 0;
        foreach (Piece piece in _pieces)
        {
            from.Data.Slice(piece.In(from.Shape, _at.Site), piece.Length).CopyTo(values.AsSpan(written));
            written += piece.Length;
        }
        return values;
    }

    /// <summary>One row of values [head, width], as it falls on the region.</summary>
    public float[] Rows(ReadOnlySpan<float> row)
    {
        float[] values = new float[_pieces.Sum(p => p.Length)];
        int written = 0;
        foreach (Piece piece in _pieces)
            for (int i = 0; i < piece.Length; i++)
                values[written++] = row[(piece.Offset + i) % row.Length];
        return values;
    }

    /// <summary>One vector, as often as it fits.</summary>
    public float[] Repeated(IReadOnlyList<float> vector)
    {
        float[] values = new float[_pieces.Sum(p => p.Length)];
        for (int i = 0; i < values.Length; i++)
            values[i] = vector[i % vector.Count];
        return values;
    }

    void Add(Shape shape, int prompt, int start, int stop)
    {
        int row = start - _stretch.First(prompt);
        if (_at.Site.Shape == SiteShape.Pattern) // [batch, head, query_pos, key_pos]
            for (int h = _at.Head ?? 0; h <= (_at.Head ?? shape[1] - 1); h++)
                _pieces.Add(new(
                    ((((prompt * shape[1]) + h) * shape[2]) + row) * shape[3], prompt, h, start, 0, (stop - start) * shape[3]));
        else // [batch, pos, width] or [batch, pos, head, width]
            AddRows(shape.Count / (shape[0] * shape[1]), shape, prompt, row, start, stop);
    }

    void AddRows(int width, Shape shape, int prompt, int row, int start, int stop)
    {
        int target = ((prompt * shape[1]) + row) * width;
        (int offset, int length) = _at switch
        {
            { Head: { } head } => (head * shape[^1], shape[^1]),
            { Neuron: { } neuron } => (neuron, 1),
            _ => (0, width),
        };
        if (length == width)
            _pieces.Add(new(target, prompt, 0, start, 0, (stop - start) * width));
        else
            for (int p = start; p < stop; p++, target += width)
                _pieces.Add(new(target + offset, prompt, 0, p, offset, length));
    }

    // Where a run of neighbours begins: in the activation at hand, and by prompt, head, position and offset in any other.
    readonly record struct Piece(int Target, int Prompt, int Head, int Position, int Offset, int Length)
    {
        public int In(Shape shape, Site site)
        {
            int prompt = Prompt % shape[0];
            return site.Shape == SiteShape.Pattern
                ? ((((prompt * shape[1]) + Head) * shape[2]) + Position) * shape[3]
                : (((prompt * shape[1]) + Position) * (shape.Count / (shape[0] * shape[1]))) + Offset;
        }
    }
}
