using System.Numerics.Tensors;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>What the first batch says about where the decoder's biases begin.</summary>
static class FirstBatch
{
    const int Iterations = 32;

    /// <summary>Sets each target's bias.</summary>
    public static void Centre(InitialBias how, IReadOnlyList<Tensor> targets, Parameter[] biases)
    {
        if (how == InitialBias.Zero)
            return;
        for (int s = 0; s < biases.Length; s++)
        {
            Span<float> centre = biases[s].Value.Data;
            SparseRows.ColumnSums(targets[s]).CopyTo(centre);
            TensorPrimitives.Divide(centre, targets[s].Shape[0], centre);
            for (int i = 0; how == InitialBias.GeometricMedian && i < Iterations; i++)
                Improve(targets[s], biases[s].Value);
        }
    }

    // Weiszfeld: the mean weighted by one over the distance from the last guess.
    static void Improve(Tensor rows, Tensor centre)
    {
        int count = rows.Shape[0], width = rows.Shape[1];
        float[] weights = new float[count];
        Work.For(count, SparseRows.Grain, (start, end) =>
        {
            float[] off = new float[width];
            for (int r = start; r < end; r++)
            {
                TensorPrimitives.Subtract(rows.Data.Slice(r * width, width), centre.Data, off);
                weights[r] = 1 / MathF.Max(MathF.Sqrt(Reduce.SumOfSquares(off)), 1e-6f);
            }
        });
        float all = Reduce.Sum(weights);
        Work.For(width, 64, (start, end) =>
        {
            Span<float> sum = centre.Data[start..end];
            sum.Clear();
            for (int r = 0; r < count; r++)
                TensorPrimitives.FusedMultiplyAdd(rows.Data.Slice((r * width) + start, sum.Length), weights[r] / all, sum, sum);
        });
    }
}
