using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>The matrix product against OpenBLAS, on the shapes of GPT-2 small and of attention heads.</summary>
static unsafe class Matmul
{
    static readonly Shape[] Shapes =
    [
        new(1, 768, 3072), new(1, 768, 50257), new(8, 768, 768), new(32, 768, 3072),
        new(128, 768, 768), new(128, 768, 3072), new(128, 3072, 768),
        new(512, 768, 2304), new(512, 768, 3072), new(512, 3072, 768),
        new(128, 768, 50257), new(1024, 1024, 1024), new(2048, 128, 512),
        new(128, 64, 128, 12, Scores: true), new(128, 128, 64, 12),
        new(32, 16, 32, 256, Scores: true), new(32, 32, 16, 256),
    ];

    /// <summary>Prints the table for all shapes, or for those named.</summary>
    /// <exception cref="InputException">A name is no shape of the table.</exception>
    public static void Run(string[] names)
    {
        if (names.FirstOrDefault(name => !Shapes.Any(s => s.ToString() == name)) is { } unknown)
            throw new InputException($"There is no shape '{unknown}'; take of {string.Join(", ", (object[])Shapes)}.");
        OpenBlas.Use(Work.Threads);
        Console.WriteLine("C[m,n] = A[m,k] · B[k,n], float32. Ratio: time of OpenBLAS / time of Hooke.");
        Console.WriteLine($"{Work.Threads} threads, {32 * GemmTiles.Width}-bit vectors, {OpenBlas.Description}");
        Console.WriteLine();
        Row("", "", "B packed once", "", "B packed each call", "");
        Row("m x k x n", "OpenBLAS", "Hooke", "ratio", "Hooke", "ratio");
        List<Race.Lap[]> all = [];
        foreach (Shape shape in Shapes.Where(s => names.Length == 0 || names.Contains(s.ToString())))
        {
            Race.Lap[] laps = shape.Heads > 1 ? Batch(shape) : One(shape);
            all.Add(laps);
            (double blas, double once, double each) = (laps[0].Median, laps[1].Median, laps[^1].Median);
            string[] packedOnce = shape.Heads > 1 ? ["", ""] : [Milliseconds(once), $"{blas / once:F2}"];
            Row([shape.ToString(), Milliseconds(blas), .. packedOnce, Milliseconds(each), $"{blas / each:F2}"]);
        }
        Summary("median ratio", all, lap => lap.Median);
        Summary("the same, of best turns", all, lap => lap.Best);
    }

    static void Summary(string name, List<Race.Lap[]> all, Func<Race.Lap, double> time)
    {
        double once = Race.Median(all.Select(laps => time(laps[0]) / time(laps[1])));
        double each = Race.Median(all.Select(laps => time(laps[0]) / time(laps[^1])));
        Row(name, "", "", $"{once:F2}", "", $"{each:F2}");
    }

    static void Row(params string[] cells) => Console.WriteLine(
        $"{cells[0],-24}{cells[1],12}{cells[2],16}{cells[3],8}{cells[4],20}{cells[5],8}");

    static string Milliseconds(double value) => $"{value:F3} ms";

    static Race.Lap[] One(Shape shape)
    {
        (int m, int k, int n) = (shape.M, shape.K, shape.N);
        MatrixView a = Random(m, k), b = Random(k, n), c = Random(m, n);
        using PackedMatrix packed = new(b);
        Race.Lap[] laps = Race.Run(
            () => OpenBlas.Multiply(a, b, c), () => Gemm.Multiply(a, packed, c), () => Gemm.Multiply(a, b, c));
        Free(a, b, c);
        return laps;
    }

    /// <summary>Heads side by side in [pos, head, d_head], as attention has them.</summary>
    static Race.Lap[] Batch(Shape shape)
    {
        (int m, int k, int n, int heads) = (shape.M, shape.K, shape.N, shape.Heads);
        MatrixView a = Random(m, k * heads), b = shape.Scores ? Random(n, k * heads) : Random(k, n * heads);
        MatrixView c = Random(m * heads, n);
        MatrixView A(int h) => new(a.Data + h * k, m, k, k * heads, 1);
        MatrixView B(int h) => shape.Scores
            ? new MatrixView(b.Data + h * k, n, k, k * heads, 1).Transposed
            : new(b.Data + h * n, k, n, n * heads, 1);
        MatrixView C(int h) => new(c.Data + h * m * n, m, n);
        Race.Lap[] laps = Race.Run(() =>
        {
            for (int h = 0; h < heads; h++)
                OpenBlas.Multiply(A(h), B(h), C(h));
        }, () => Gemm.MultiplyBatch(heads, h => new(A(h), B(h), C(h))));
        Free(a, b, c);
        return laps;
    }

    static MatrixView Random(int rows, int columns)
    {
        float* data = (float*)NativeMemory.AlignedAlloc((nuint)((long)rows * columns * sizeof(float)), 64);
        Rng rng = new(1);
        for (long i = 0; i < (long)rows * columns; i++)
            data[i] = (float)rng.Uniform((ulong)i) - 0.5f;
        return new(data, rows, columns);
    }

    static void Free(params ReadOnlySpan<MatrixView> matrices)
    {
        foreach (MatrixView matrix in matrices)
            NativeMemory.AlignedFree(matrix.Data);
    }

    sealed record Shape(int M, int K, int N, int Heads = 1, bool Scores = false)
    {
        public override string ToString() => (Heads > 1 ? $"{Heads}x" : "") + $"{M}x{K}x{N}";
    }
}
