namespace Hooke.Tensors.Tests;

/// <summary>Norms as their definitions say, row by row.</summary>
static class NormOracle
{
    public static double[] Scales(double[] x, int width, double epsilon, bool centred) =>
        [.. x.Chunk(width).Select(row => Math.Sqrt(row.Average(v => Math.Pow(v - Mean(row, centred), 2)) + epsilon))];

    public static double[] Apply(double[] x, double[] scales, double[]? gain, double[]? bias, int width, bool centred)
    {
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double mean = Mean(x[(i / width * width)..((i / width * width) + width)], centred);
            y[i] = ((x[i] - mean) / scales[i / width] * (gain?[i % width] ?? 1)) + (bias?[i % width] ?? 0);
        }
        return y;
    }

    static double Mean(double[] row, bool centred) => centred ? row.Average() : 0;
}
