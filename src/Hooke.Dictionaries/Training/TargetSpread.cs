using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>How far the rows of a batch are from their mean: Σ ‖y − ȳ‖², site by site.</summary>
sealed class TargetSpread
{
    readonly double[] _sums;
    readonly int _rows;

    public TargetSpread(IReadOnlyList<Tensor> sites)
    {
        _rows = sites[0].Shape[0];
        _sums = [.. sites.Select(Of)];
    }

    /// <summary>Over all sites.</summary>
    public double Total => _sums.Sum();

    /// <summary>The mean over the rows, of one site.</summary>
    public double PerRow(int site) => _sums[site] / _rows;

    static double Of(Tensor site)
    {
        int rows = site.Shape[0], width = site.Shape[1];
        float[] mean = SparseRows.ColumnSums(site);
        TensorPrimitives.Divide(mean, rows, mean);
        double[] squares = new double[rows];
        Work.For(rows, SparseRows.Grain, (start, end) =>
        {
            float[] off = new float[width];
            for (int r = start; r < end; r++)
            {
                TensorPrimitives.Subtract(site.Data.Slice(r * width, width), mean, off);
                squares[r] = Reduce.SumOfSquares(off);
            }
        });
        return squares.Sum();
    }
}
