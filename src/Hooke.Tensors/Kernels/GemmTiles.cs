using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Hooke.Tensors;

/// <summary>The tiles of this machine: their size, and the kernel for each number of rows and vectors.</summary>
internal static unsafe class GemmTiles
{
    /// <summary>Floats in a vector.</summary>
    public static readonly int Width = Vector512.IsHardwareAccelerated ? 16
        : Vector256.IsHardwareAccelerated ? 8 : AdvSimd.IsSupported ? 4 : 1;

    /// <summary>Rows of a full tile: as many as the registers hold beside three vectors of B.</summary>
    public static readonly int Rows = Width == 8 ? 4 : 8;

    /// <summary>Columns of a full tile, which is also the width of a panel of packed B.</summary>
    public static readonly int Columns = 3 * Width;

    /// <summary>
    /// Runs <see cref="GemmKernel.Tile"/> for so many rows and columns, the latter whole vectors, and B's type of numbers.
    /// </summary>
    public static void Run(NumberType type, int rows, int columns, int k, float* a, nint aRow, nint aStep, byte* b, nint bStep,
        float* c, nint cRow, bool fresh)
    {
        nint[] kernels = type switch
        {
            NumberType.F32 => Of<NumbersF32>.Kernels,
            NumberType.BF16 => Of<NumbersBF16>.Kernels,
            _ => Of<NumbersF16>.Kernels,
        };
        nint kernel = kernels[3 * (rows - 1) + columns / Width - 1];
        ((delegate*<int, float*, nint, nint, byte*, nint, float*, nint, bool, void>)kernel)(
            k, a, aRow, aStep, b, bStep, c, cRow, fresh);
    }

    /// <summary>The kernels for one type of numbers, made when the first such product comes.</summary>
    static class Of<TNumbers>
        where TNumbers : INumbers
    {
        public static readonly nint[] Kernels = Width switch
        {
            16 => Compile<Vector512<float>, Lanes512>(),
            8 => Compile<Vector256<float>, Lanes256>(),
            4 => Compile<Vector128<float>, Lanes128>(),
            _ => Compile<float, Lanes32>(),
        };

        static nint[] Compile<TVector, TLanes>()
            where TVector : struct
            where TLanes : ILanes<TVector> =>
        [
            .. Compile<TVector, TLanes, One>(), .. Compile<TVector, TLanes, Two>(),
            .. Compile<TVector, TLanes, Three>(), .. Compile<TVector, TLanes, Four>(),
            .. Compile<TVector, TLanes, Five>(), .. Compile<TVector, TLanes, Six>(),
            .. Compile<TVector, TLanes, Seven>(), .. Compile<TVector, TLanes, Eight>(),
        ];

        static nint[] Compile<TVector, TLanes, TRows>()
            where TVector : struct
            where TLanes : ILanes<TVector>
            where TRows : ICount
        {
            delegate*<int, float*, nint, nint, byte*, nint, float*, nint, bool, void>
                one = &GemmKernel.Tile<TVector, TLanes, TNumbers, TRows, One>,
                two = &GemmKernel.Tile<TVector, TLanes, TNumbers, TRows, Two>,
                three = &GemmKernel.Tile<TVector, TLanes, TNumbers, TRows, Three>;
            return [(nint)one, (nint)two, (nint)three];
        }
    }
}
