using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>A thread's own memory for what it brings into the order of tiles.</summary>
internal sealed unsafe class ThreadMemory
{
    [ThreadStatic] static ThreadMemory? _ofThisThread;

    readonly float* _strip = Allocate(GemmBlocks.StretchOfK);
    readonly float* _widening = Allocate(GemmTiles.Columns);

    ~ThreadMemory()
    {
        NativeMemory.AlignedFree(_strip);
        NativeMemory.AlignedFree(_widening);
    }

    /// <summary>Room for a strip: a stretch of k by the columns of a tile.</summary>
    public static float* Strip => (_ofThisThread ??= new())._strip;

    /// <summary>Room for as many rows of a panel as it has columns.</summary>
    public static float* Widening => (_ofThisThread ??= new())._widening;

    static float* Allocate(int rows) =>
        (float*)NativeMemory.AlignedAlloc((nuint)(rows * GemmTiles.Columns * sizeof(float)), 64);
}
