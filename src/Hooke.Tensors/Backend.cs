namespace Hooke.Tensors;

/// <summary>
/// The kernels that operations run on: a machine that is not a CPU is one more subclass. Each operation's file in
/// <c>Ops/</c> declares the kernels it needs here, and holds the CPU's.
/// </summary>
internal abstract unsafe partial class Backend
{
    /// <summary>Gets the backend that operations run on.</summary>
    public static Backend Current { get; } = new CpuBackend();
}

/// <summary>Kernels on the processor: always there, with the same bits on any number of threads.</summary>
internal sealed unsafe partial class CpuBackend : Backend
{
    // Less than this many elements of elementwise work is not worth waking a thread for.
    const int ElementGrain = 16 * 1024;

    static int RowGrain(int width) => Math.Max(1, ElementGrain / Math.Max(1, width));
}
