using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y = c · tanh(x / c), element by element; −∞ stays −∞. ∂x = ∂y · (1 − (y / c)²), nothing where masked.</summary>
    /// <param name="x">Any shape; −∞ marks what is masked.</param>
    /// <param name="cap">c &gt; 0.</param>
    /// <remarks>Source: Gemma Team 2024, arXiv:2408.00118, section 2.</remarks>
    public static Tensor SoftCap(Tensor x, float cap)
    {
        Tensor y = Tensor.Uninitialized(x.Shape);
        Backend.Current.SoftCap(x, cap, y);
        if (Tape.For(x) is { } tape)
        {
            (Tensor keptX, Tensor keptY) = (tape.Keep(x), tape.Keep(y));
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(keptX.Shape);
                Backend.Current.SoftCapBackward(keptY, cap, dy, dx);
                Tape.Accumulate(keptX, dx);
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = cap · tanh(x / cap), −∞ where x is.</summary>
    public abstract void SoftCap(Tensor x, float cap, Tensor y);

    /// <summary>dx = dy · (1 − (y / cap)²), 0 where y is −∞.</summary>
    public abstract void SoftCapBackward(Tensor y, float cap, Tensor dy, Tensor dx);
}

internal sealed unsafe partial class CpuBackend
{
    public override void SoftCap(Tensor x, float cap, Tensor y) => Work.For(x.Shape.Count, ElementGrain / 4, (start, end) =>
    {
        float* from = x.Pointer, to = y.Pointer;
        int i = start;
        for (; i <= end - 8; i += 8)
            Capped(Vector256.Load(from + i), cap).Store(to + i);
        for (; i < end; i++)
            to[i] = Capped(Vector256.Create(from[i]), cap).ToScalar();
    });

    public override void SoftCapBackward(Tensor y, float cap, Tensor dy, Tensor dx) =>
        Work.For(y.Shape.Count, ElementGrain, (start, end) =>
        {
            ReadOnlySpan<float> value = y.Data[start..end], by = dy.Data[start..end];
            Span<float> to = dx.Data[start..end];
            for (int i = 0; i < to.Length; i++)
            {
                float t = value[i] / cap;
                to[i] = float.IsNegativeInfinity(value[i]) ? 0 : by[i] * (1 - (t * t));
            }
        });

    static Vector256<float> Capped(Vector256<float> x, float cap)
    {
        Vector256<float> masked = Vector256.Create(float.NegativeInfinity);
        return Vector256.ConditionalSelect(Vector256.Equals(x, masked), masked, Elementary.Tanh(x / cap) * cap);
    }
}
