using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>x · W + b accumulated in double precision, for weights so large that their sum cancels in float32.</summary>
/// <remarks>
/// A product of two floats is exact in double, so it makes no difference whether a machine fuses it with the sum.
/// </remarks>
static class WideProduct
{
    /// <summary>[rows, n] of x [rows, m], the rows of W [m, n] one after the other, and b [n] or null.</summary>
    public static Tensor MatMul(Tensor x, ReadOnlyMemory<float> weight, Tensor? bias)
    {
        int rows = x.Shape[0], inputs = x.Shape[1], outputs = weight.Length / inputs;
        Tensor y = Tensor.Zeros(rows, outputs);
        Work.For(rows, 1, (start, end) =>
        {
            double[] sums = new double[outputs];
            for (int r = start; r < end; r++)
            {
                for (int o = 0; o < outputs; o++)
                    sums[o] = bias is null ? 0 : bias.Data[o];
                for (int i = 0; i < inputs; i++)
                    AddTimes(x.Data[(r * inputs) + i], weight.Span.Slice(i * outputs, outputs), sums);
                Span<float> row = y.Data.Slice(r * outputs, outputs);
                for (int o = 0; o < outputs; o++)
                    row[o] = (float)sums[o];
            }
        });
        return y;
    }

    static void AddTimes(double factor, ReadOnlySpan<float> row, double[] sums)
    {
        if (factor == 0)
            return;
        for (int o = 0; o < row.Length; o++)
            sums[o] += factor * row[o];
    }
}
