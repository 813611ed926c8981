using System.Runtime.InteropServices;

namespace Hooke.Tensors.Tests;

/// <summary>Native memory for one test.</summary>
sealed unsafe class NativeFloats(int length) : IDisposable
{
    public float* Data { get; } = (float*)NativeMemory.Alloc((nuint)Math.Max(1, length), sizeof(float));

    public void Dispose() => NativeMemory.Free(Data);
}
