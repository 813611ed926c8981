using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Inputs as the encoder reads them, and what it takes to undo the scaling: y · Scale + Mean, row by row.</summary>
sealed class ScaledInput : IDisposable
{
    const float LayerNormEpsilon = 1e-5f;

    readonly float[]? _scales, _means; // null where nothing was scaled

    /// <param name="x">[rows, width]</param>
    /// <param name="scaling">What is done to each row.</param>
    public ScaledInput(Tensor x, InputScaling scaling)
    {
        if (scaling == InputScaling.None)
        {
            Rows = x.Share();
            return;
        }
        int count = x.Shape[0], width = x.Shape[1];
        Rows = Tensor.Zeros(x.Shape);
        (_scales, _means) = (new float[count], new float[count]);
        for (int r = 0; r < count; r++)
        {
            ReadOnlySpan<float> row = x.Data.Slice(r * width, width);
            Span<float> scaled = Rows.Data.Slice(r * width, width);
            if (scaling == InputScaling.LayerNorm)
            {
                float mean = Reduce.Sum(row) / width;
                float deviation = MathF.Sqrt(Reduce.SumOfSquaredDifferences(row, mean) / Math.Max(1, width - 1));
                TensorPrimitives.Subtract(row, mean, scaled);
                TensorPrimitives.Divide(scaled, deviation + LayerNormEpsilon, scaled);
                (_scales[r], _means[r]) = (deviation, mean);
            }
            else
            {
                float norm = MathF.Sqrt(Reduce.SumOfSquares(row));
                float coefficient = norm > 0 ? MathF.Sqrt(width) / norm : 1; // zeros stay zeros
                TensorPrimitives.Multiply(row, coefficient, scaled);
                _scales[r] = 1 / coefficient;
            }
        }
    }

    /// <summary>[rows, width]</summary>
    public Tensor Rows { get; }

    /// <summary>Undoes the scaling in what was decoded, in place.</summary>
    public void Undo(Tensor y)
    {
        if (_scales is null)
            return;
        int width = y.Shape[^1];
        for (int r = 0; r < _scales.Length; r++)
        {
            Span<float> row = y.Data.Slice(r * width, width);
            TensorPrimitives.Multiply(row, _scales[r], row);
            TensorPrimitives.Add(row, _means![r], row);
        }
    }

    public void Dispose() => Rows.Dispose();
}
