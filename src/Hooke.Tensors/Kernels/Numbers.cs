using System.Runtime.CompilerServices;

namespace Hooke.Tensors;

/// <summary>The type of the numbers of B; the matrix kernel is compiled anew for each.</summary>
internal unsafe interface INumbers
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>A vector of numbers, as float32.</summary>
    static abstract TVector Load<TVector, TLanes>(byte* from)
        where TVector : struct
        where TLanes : ILanes<TVector>;
}

internal readonly unsafe struct NumbersF32 : INumbers
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* from)
        where TVector : struct
        where TLanes : ILanes<TVector> => TLanes.Load((float*)from);
}

internal readonly unsafe struct NumbersBF16 : INumbers
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* from)
        where TVector : struct
        where TLanes : ILanes<TVector> => TLanes.LoadBF16((ushort*)from);
}

internal readonly unsafe struct NumbersF16 : INumbers
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, TLanes>(byte* from)
        where TVector : struct
        where TLanes : ILanes<TVector> => TLanes.LoadF16((ushort*)from);
}
