using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>The peer: the machine's own libopenblas, called in this process.</summary>
static unsafe partial class OpenBlas
{
    const string Library = "libopenblas.so.0";
    const int RowMajor = 101, NoTranspose = 111, Transpose = 112;

    /// <summary>Its version, how it was built and which processor its kernels are for.</summary>
    public static string Description => Marshal.PtrToStringUTF8(GetConfig())!.Trim();

    /// <exception cref="InputException">The library is not installed.</exception>
    public static void Use(int threads)
    {
        if (!NativeLibrary.TryLoad(Library, out _))
            throw new InputException($"{Library} was not found; install it: apt-get install libopenblas0-openmp");
        SetThreads(threads);
    }

    /// <summary>C = A · B; A and B row-major or transposed row-major.</summary>
    public static void Multiply(MatrixView a, MatrixView b, MatrixView c) => Sgemm(
        RowMajor, Order(a), Order(b), c.Rows, c.Columns, a.Columns,
        1, a.Data, Leading(a), b.Data, Leading(b), 0, c.Data, (int)c.RowStride);

    static int Order(MatrixView x) => x.ColumnStride == 1 ? NoTranspose : Transpose;

    static int Leading(MatrixView x) => (int)(x.ColumnStride == 1 ? x.RowStride : x.ColumnStride);

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k,
        float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetThreads(int threads);

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial nint GetConfig();
}
