using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>How directions are paired.</summary>
public enum MatchKind
{
    /// <summary>One to one, so that the sum of the cosines is the largest there is.</summary>
    Optimal,

    /// <summary>Those that are each other's nearest; the others have none. Where there are too many for the optimum.</summary>
    MutualBest,
}

/// <summary>Which directions of two dictionaries are the same: stability across seeds, or recovery of a known truth.</summary>
/// <param name="Kind">How they were paired.</param>
/// <param name="Count">How many directions the first has.</param>
/// <param name="OtherCount">How many the second has.</param>
/// <param name="Pairs">How many pairs there are.</param>
/// <param name="Cosine">Mean cosine of the pairs; the interval is over pairs.</param>
/// <param name="Shared">Share of the smaller dictionary that has a partner with a cosine of 0.7 or more.</param>
/// <param name="Nearest">Mean over the first's directions of the largest cosine with any of the second's.</param>
/// <param name="NearestBack">Mean over the second's directions of the largest cosine with any of the first's.</param>
/// <param name="Partners">Of each of the first's directions, the second's; −1 for none.</param>
/// <param name="Cosines">Of each of the first's directions, the cosine with its partner; 0 for none.</param>
/// <remarks>
/// A direction is a latent's row of W_dec, those of several outputs side by side; a row of zeros is orthogonal to all. Source:
/// Paulo and Belrose 2025, arXiv:2501.16615 (Hungarian matching, 0.7).
/// </remarks>
public sealed record DictionaryMatch(
    MatchKind Kind, int Count, int OtherCount, int Pairs, Measured Cosine, Measured Shared, Measured Nearest,
    Measured NearestBack, IReadOnlyList<int> Partners, IReadOnlyList<float> Cosines)
{
    /// <summary>From which cosine on two directions count as the same.</summary>
    public const float SharedCosine = 0.7f;

    const int MostForOptimum = 4096, RowsAtOnce = 512;

    /// <summary>Pairs the latents of two coders.</summary>
    /// <exception cref="InputException">They do not write the same widths.</exception>
    public static DictionaryMatch Of(SparseCoder one, SparseCoder other)
    {
        int[] Widths(SparseCoder coder) => [.. coder.Config.Outputs.Select(site => site.Width)];
        if (!Widths(one).SequenceEqual(Widths(other)))
            throw new InputException($"the dictionaries write {string.Join(" + ", Widths(one))} and "
                + $"{string.Join(" + ", Widths(other))} numbers; only directions of the same space can be compared");
        using Tensor a = Directions(one), b = Directions(other);
        return Of(a, b);
    }

    /// <summary>Pairs the rows of [count, width] with those of [other count, width].</summary>
    public static DictionaryMatch Of(Tensor one, Tensor other)
    {
        using Tensor a = Unit(one), b = Unit(other);
        (int rows, int columns) = (a.Shape[0], b.Shape[0]);
        bool isOptimal = Math.Max(rows, columns) <= MostForOptimum;
        float[] all = isOptimal ? new float[rows * columns] : [], best = new float[rows], bestBack = new float[columns];
        int[] nearest = new int[rows], nearestBack = new int[columns];
        Array.Fill(bestBack, float.NegativeInfinity);
        for (int start = 0; start < rows; start += RowsAtOnce)
        {
            int count = Math.Min(RowsAtOnce, rows - start), width = a.Shape[1];
            using Tensor part = Tensor.From(a.Data.Slice(start * width, count * width), count, width);
            using Tensor cosines = Ops.MatMul(part, b, null, transposed: true);
            for (int r = 0; r < count; r++)
            {
                ReadOnlySpan<float> row = cosines.Data.Slice(r * columns, columns);
                nearest[start + r] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(row);
                best[start + r] = row[nearest[start + r]];
                for (int c = 0; c < columns; c++)
                    if (row[c] > bestBack[c])
                        (bestBack[c], nearestBack[c]) = (row[c], start + r);
            }
            if (isOptimal)
                cosines.Data.CopyTo(all.AsSpan(start * columns));
        }
        int[] partners = isOptimal ? Optimal(all, rows, columns)
            : [.. nearest.Select((column, row) => nearestBack[column] == row ? column : -1)];
        float[] paired = [.. partners.Select((column, row) =>
            column < 0 ? 0 : isOptimal ? all[(row * columns) + column] : best[row])];
        return Summary(isOptimal ? MatchKind.Optimal : MatchKind.MutualBest, columns, partners, paired, best, bestBack);
    }

    static DictionaryMatch Summary(
        MatchKind kind, int columns, int[] partners, float[] paired, float[] best, float[] bestBack)
    {
        float[] pairs = [.. paired.Where((_, row) => partners[row] >= 0)];
        int least = Math.Min(partners.Length, columns);
        int same = pairs.Count(cosine => cosine >= SharedCosine);
        double[] shared = [.. Enumerable.Range(0, least).Select(i => i < same ? 1.0 : 0)];
        return new(kind, partners.Length, columns, pairs.Length, Mean([.. pairs.Select(cosine => (double)cosine)]), Mean(shared),
            Mean([.. best.Select(cosine => (double)cosine)]), Mean([.. bestBack.Select(cosine => (double)cosine)]),
            partners, paired);
    }

    static int[] Optimal(float[] cosines, int rows, int columns)
    {
        if (rows <= columns)
            return Assignment.Largest(cosines, rows, columns);
        int[] back = Assignment.Largest(StoredWeights.Transposed(cosines, rows, columns), columns, rows);
        int[] partners = new int[rows];
        Array.Fill(partners, -1);
        for (int column = 0; column < columns; column++)
            partners[back[column]] = column;
        return partners;
    }

    // x̄ ± t s / √n over directions.
    static Measured Mean(double[] values)
    {
        if (values.Length == 0)
            return new(0, double.NaN, double.NaN, 0);
        double mean = values.Average(), squares = values.Sum(value => (value - mean) * (value - mean));
        double reach = values.Length < 2 ? double.NaN
            : Jackknife.Student(values.Length - 1) * Math.Sqrt(squares / (values.Length - 1) / values.Length);
        return new(mean, mean - reach, mean + reach, values.Length);
    }

    static Tensor Directions(SparseCoder coder)
    {
        int width = coder.Config.Outputs.Sum(site => site.Width), at = 0;
        Tensor all = Tensor.Zeros(coder.Config.NLatents, width);
        foreach (Tensor weight in coder.Weights.Decoders.Select(decoder => decoder.Weight))
        {
            int own = weight.Shape[1];
            for (int i = 0; i < coder.Config.NLatents; i++)
                weight.Data.Slice(i * own, own).CopyTo(all.Data[((i * width) + at)..]);
            at += own;
        }
        return all;
    }

    static Tensor Unit(Tensor rows)
    {
        Tensor unit = rows.Clone();
        int width = rows.Shape[1];
        for (int r = 0; r < rows.Shape[0]; r++)
        {
            Span<float> row = unit.Data.Slice(r * width, width);
            float norm = MathF.Sqrt(Reduce.SumOfSquares(row));
            if (norm > 0)
                System.Numerics.Tensors.TensorPrimitives.Divide(row, norm, row);
        }
        return unit;
    }
}
