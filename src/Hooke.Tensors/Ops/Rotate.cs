namespace Hooke.Tensors;

/// <summary>Angles of rotary position embeddings: cos and sin for each position and pair of dimensions.</summary>
/// <remarks>
/// Source: Su et al. 2021, arXiv:2104.09864. Angles are float32 products, as upstream implementations compute them.
/// </remarks>
public sealed class RotaryTable
{
    readonly float[] _cos, _sin;

    /// <summary>The table of positions 0 to <paramref name="positions"/> − 1.</summary>
    /// <param name="frequencies">One per pair of dimensions, in radians per position.</param>
    /// <param name="positions">How many positions.</param>
    public RotaryTable(ReadOnlySpan<float> frequencies, int positions)
    {
        (Pairs, Positions) = (frequencies.Length, positions);
        _cos = new float[positions * Pairs];
        _sin = new float[positions * Pairs];
        for (int p = 0; p < positions; p++)
            for (int i = 0; i < Pairs; i++)
            {
                float angle = p * frequencies[i];
                _cos[(p * Pairs) + i] = Elementary.Cos(angle);
                _sin[(p * Pairs) + i] = Elementary.Sin(angle);
            }
    }

    /// <summary>Number of pairs of dimensions turned; twice as many dimensions take part.</summary>
    public int Pairs { get; }

    /// <summary>Number of positions.</summary>
    public int Positions { get; }

    /// <summary>base^(−2i/d) for i = 0 … d/2 − 1, by a root and products only, so the same on every machine.</summary>
    public static float[] Frequencies(double theta, int dimensions)
    {
        // r = base^(−2/d) solves r^(d/2) = 1/base; Newton's method from above converges for any base > 1.
        int pairs = dimensions / 2;
        double ratio = 1;
        for (int step = 0; step < 200; step++)
        {
            double power = 1;
            for (int i = 0; i < pairs - 1; i++)
                power *= ratio;
            ratio -= ((power * ratio) - (1 / theta)) / (pairs * power);
        }
        float[] frequencies = new float[pairs];
        double frequency = 1;
        for (int i = 0; i < pairs; i++, frequency *= ratio)
            frequencies[i] = (float)frequency;
        return frequencies;
    }

    internal ReadOnlySpan<float> Cos(int position) => _cos.AsSpan(position * Pairs, Pairs);

    internal ReadOnlySpan<float> Sin(int position) => _sin.AsSpan(position * Pairs, Pairs);
}

public static partial class Ops
{
    /// <summary>
    /// Turns dimension pairs (i, i + pairs) of each head by the position's angles; the backward pass turns back.
    /// </summary>
    /// <param name="x">[batch, pos, head, d_head]</param>
    /// <param name="table">The angles.</param>
    /// <param name="first">Position of each sequence's first row; null for 0.</param>
    /// <returns>[batch, pos, head, d_head]</returns>
    /// <exception cref="ArgumentException">
    /// The table does not reach all positions, or turns more dimensions than a head has.
    /// </exception>
    public static Tensor Rotate(Tensor x, RotaryTable table, int[]? first = null)
    {
        (int from, int last) = first is null ? (0, 0) : (first.Min(), first.Max());
        if (from < 0 || last + x.Shape[1] > table.Positions || 2 * table.Pairs > x.Shape[3]
            || (first is not null && first.Length != x.Shape[0]))
            throw new ArgumentException(
                $"{x.Shape} from positions {from} to {last} on, turned by "
                + $"a table of {table.Positions} positions and {table.Pairs} pairs");
        Tensor y = Tensor.Uninitialized(x.Shape);
        Backend.Current.Rotate(x, table, first, inverse: false, y);
        if (Tape.For(x) is { } tape)
        {
            Tensor kept = tape.Keep(x);
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(kept.Shape);
                Backend.Current.Rotate(dy, table, first, inverse: true, dx);
                Tape.Accumulate(kept, dx);
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = x turned by its positions' angles, or back by them.</summary>
    public abstract void Rotate(Tensor x, RotaryTable table, int[]? first, bool inverse, Tensor y);
}

internal sealed unsafe partial class CpuBackend
{
    public override void Rotate(Tensor x, RotaryTable table, int[]? first, bool inverse, Tensor y)
    {
        (int positions, int heads, int width) = (x.Shape[1], x.Shape[2], x.Shape[3]);
        int pairs = table.Pairs;
        Work.For(x.Shape[0] * positions, RowGrain(heads * width), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                int position = (first?[r / positions] ?? 0) + (r % positions);
                ReadOnlySpan<float> cos = table.Cos(position), sin = table.Sin(position);
                for (int h = 0; h < heads; h++)
                {
                    ReadOnlySpan<float> from = x.Data.Slice(((r * heads) + h) * width, width);
                    Span<float> to = y.Data.Slice(((r * heads) + h) * width, width);
                    from[(2 * pairs)..].CopyTo(to[(2 * pairs)..]);
                    for (int i = 0; i < pairs; i++)
                    {
                        float s = inverse ? -sin[i] : sin[i];
                        to[i] = (from[i] * cos[i]) - (from[i + pairs] * s);
                        to[i + pairs] = (from[i + pairs] * cos[i]) + (from[i] * s);
                    }
                }
            }
        });
    }
}
