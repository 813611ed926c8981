using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>
    /// y = factor · x + addend inside the runs of elements given, y = x elsewhere; ∂x = factor · ∂y inside, ∂y elsewhere.
    /// </summary>
    /// <param name="x">Any shape.</param>
    /// <param name="runs">Runs of elements, none twice.</param>
    /// <param name="factor">0 to overwrite, 1 to add.</param>
    /// <param name="addend">
    /// One value per element of the runs, in their order; empty for zeros. No gradient is had for it.
    /// </param>
    /// <param name="owned">Whether x is taken over: its memory is then written where nobody else sees it.</param>
    /// <exception cref="ArgumentException">The addend is not as long as the runs together.</exception>
    public static Tensor Edit(
        Tensor x, IReadOnlyList<(int Start, int Length)> runs, float factor, ReadOnlySpan<float> addend, bool owned = false)
    {
        int length = runs.Sum(run => run.Length);
        if (!addend.IsEmpty && addend.Length != length)
            throw new ArgumentException($"{addend.Length} values for {length} elements of a tensor {x.Shape}");
        // Where the caller alone holds the values and no tape needs them, they are changed in place.
        bool inPlace = owned && !x.IsShared && Tape.For(x) is null;
        Tensor y = inPlace ? x : x.Clone();
        Change(y, runs, factor, addend);
        if (Tape.For(x) is { } tape)
        {
            Tensor kept = tape.Keep(x);
            tape.Record(y, dy =>
            {
                Tensor dx = dy.Clone();
                foreach ((int start, int count) in runs)
                    Scale(dx.Data.Slice(start, count), factor);
                Tape.Accumulate(kept, dx);
            });
        }
        if (owned && !inPlace)
            x.Dispose();
        return y;
    }

    static void Change(
        Tensor y, IReadOnlyList<(int Start, int Length)> runs, float factor, ReadOnlySpan<float> addend)
    {
        int read = 0;
        foreach ((int start, int count) in runs)
        {
            Span<float> target = y.Data.Slice(start, count);
            Scale(target, factor);
            if (!addend.IsEmpty && factor == 0)
                addend.Slice(read, count).CopyTo(target);
            else if (!addend.IsEmpty)
                TensorPrimitives.Add(target, addend.Slice(read, count), target);
            read += count;
        }
    }

    // Overwriting must not keep a NaN or an infinity alive: 0 · NaN is NaN.
    static void Scale(Span<float> target, float factor)
    {
        if (factor == 0)
            target.Clear();
        else if (factor != 1)
            TensorPrimitives.Multiply(target, factor, target);
    }
}
