using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>Native memory for numbers that stay: large blocks in large pages where the system has them.</summary>
internal static unsafe partial class LargeBlock
{
    const nint LargePage = 2 << 20;
    const int CacheLine = 64;
    const int AdviseLargePages = 14; // MADV_HUGEPAGE

    /// <summary>A block to be freed with <see cref="NativeMemory.AlignedFree"/>.</summary>
    public static byte* Allocate(nint bytes)
    {
        nint whole = bytes / LargePage * LargePage; // a page in part would cost memory
        byte* block = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), (nuint)(whole > 0 ? LargePage : CacheLine));
        if (whole > 0 && OperatingSystem.IsLinux())
            AskForLargePages(block, whole);
        return block;
    }

    // Only speed depends on it.
    static void AskForLargePages(byte* block, nint bytes)
    {
        try
        {
            _ = Advise(block, (nuint)bytes, AdviseLargePages);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}
