using System.Runtime.CompilerServices;

namespace Hooke.Tensors;

/// <summary>The innermost product: a tile of C, at most eight rows by three vectors, kept in registers.</summary>
/// <remarks>
/// One text serves every vector width and tile size: the type arguments are constants to the compiler, which drops
/// the rows and vectors that a tile does not have.
/// </remarks>
internal static unsafe class GemmKernel
{
    /// <summary>
    /// C[r, j] = fma(A[r, p], B[p, j], C[r, j]) for p = 0 … k−1 in order, from 0 if <paramref name="fresh"/>.
    /// A is at a[r · aRow + p · aStep], C at c[r · cRow + j]; B's numbers p are bStep bytes after those of p − 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile<TVector, TLanes, TNumbers, TRows, TVectors>(
        int k, float* a, nint aRow, nint aStep, byte* b, nint bStep, float* c, nint cRow, bool fresh)
        where TVector : struct
        where TLanes : ILanes<TVector>
        where TNumbers : INumbers
        where TRows : ICount
        where TVectors : ICount
    {
        Row<TVector, TLanes, TVectors> r0 = default, r1 = default, r2 = default, r3 = default;
        Row<TVector, TLanes, TVectors> r4 = default, r5 = default, r6 = default, r7 = default;
        if (!fresh)
        {
            r0.Load(c);
            if (TRows.Value > 1) r1.Load(c + cRow);
            if (TRows.Value > 2) r2.Load(c + 2 * cRow);
            if (TRows.Value > 3) r3.Load(c + 3 * cRow);
            if (TRows.Value > 4) r4.Load(c + 4 * cRow);
            if (TRows.Value > 5) r5.Load(c + 5 * cRow);
            if (TRows.Value > 6) r6.Load(c + 6 * cRow);
            if (TRows.Value > 7) r7.Load(c + 7 * cRow);
        }
        float* a3 = a + 3 * aRow, a6 = a + 6 * aRow;
        for (; k > 0; k--)
        {
            Row<TVector, TLanes, TVectors> x = default;
            x.Load<TNumbers>(b);
            r0.Add(a, x);
            if (TRows.Value > 1) r1.Add(a + aRow, x);
            if (TRows.Value > 2) r2.Add(a + 2 * aRow, x);
            if (TRows.Value > 3) r3.Add(a3, x);
            if (TRows.Value > 4) r4.Add(a3 + aRow, x);
            if (TRows.Value > 5) r5.Add(a3 + 2 * aRow, x);
            if (TRows.Value > 6) r6.Add(a6, x);
            if (TRows.Value > 7) r7.Add(a6 + aRow, x);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bStep;
        }
        r0.Store(c);
        if (TRows.Value > 1) r1.Store(c + cRow);
        if (TRows.Value > 2) r2.Store(c + 2 * cRow);
        if (TRows.Value > 3) r3.Store(c + 3 * cRow);
        if (TRows.Value > 4) r4.Store(c + 4 * cRow);
        if (TRows.Value > 5) r5.Store(c + 5 * cRow);
        if (TRows.Value > 6) r6.Store(c + 6 * cRow);
        if (TRows.Value > 7) r7.Store(c + 7 * cRow);
    }

    struct Row<TVector, TLanes, TVectors>
        where TVector : struct
        where TLanes : ILanes<TVector>
        where TVectors : ICount
    {
        TVector _v0, _v1, _v2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load(float* from)
        {
            _v0 = TLanes.Load(from);
            if (TVectors.Value > 1) _v1 = TLanes.Load(from + TLanes.Width);
            if (TVectors.Value > 2) _v2 = TLanes.Load(from + 2 * TLanes.Width);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Load<TNumbers>(byte* from)
            where TNumbers : INumbers
        {
            _v0 = TNumbers.Load<TVector, TLanes>(from);
            if (TVectors.Value > 1) _v1 = TNumbers.Load<TVector, TLanes>(from + TLanes.Width * TNumbers.Size);
            if (TVectors.Value > 2) _v2 = TNumbers.Load<TVector, TLanes>(from + 2 * TLanes.Width * TNumbers.Size);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* to)
        {
            TLanes.Store(_v0, to);
            if (TVectors.Value > 1) TLanes.Store(_v1, to + TLanes.Width);
            if (TVectors.Value > 2) TLanes.Store(_v2, to + 2 * TLanes.Width);
        }

        /// <summary>Takes the factor by address: broadcasting from memory is free, from a register it is not.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float* factor, Row<TVector, TLanes, TVectors> b)
        {
            TVector x = TLanes.Broadcast(factor);
            _v0 = TLanes.Fma(x, b._v0, _v0);
            if (TVectors.Value > 1) _v1 = TLanes.Fma(x, b._v1, _v1);
            if (TVectors.Value > 2) _v2 = TLanes.Fma(x, b._v2, _v2);
        }
    }
}
