using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>The peer: the machine's own libopenblas, called in this process.</summary>
static unsafe class OpenBlas
{
    const int RowMajor = 101, NoTranspose = 111, Transpose = 112;

    static readonly nint Library = NativeLibrary.TryLoad("libopenblas.so.0", out nint library)
        ? library
        : throw new InputException("libopenblas.so.0 was not found; install it with: apt-get install libopenblas0-openmp");

    static readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>
        Sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
        NativeLibrary.GetExport(Library, "cblas_sgemm");

    /// <summary>Version, build and the processor its kernels are for.</summary>
    public static string Description
    {
        get
        {
            var config = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(Library, "openblas_get_config");
            return Marshal.PtrToStringUTF8((nint)config())!;
        }
    }

    public static void SetThreads(int threads) =>
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(Library, "openblas_set_num_threads"))(threads);

    /// <summary>C = A · B; A and B row-major or transposed row-major.</summary>
    public static void Multiply(MatrixView a, MatrixView b, MatrixView c) => Sgemm(
        RowMajor, Order(a), Order(b), c.Rows, c.Columns, a.Columns,
        1, a.Data, Leading(a), b.Data, Leading(b), 0, c.Data, (int)c.RowStride);

    static int Order(MatrixView x) => x.ColumnStride == 1 ? NoTranspose : Transpose;

    static int Leading(MatrixView x) => (int)(x.ColumnStride == 1 ? x.RowStride : x.ColumnStride);
}
