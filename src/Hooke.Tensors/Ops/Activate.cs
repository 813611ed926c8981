using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hooke.Tensors;

/// <summary>The non-linearity of an MLP.</summary>
public enum Activation
{
    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))): what GPT-2 calls gelu_new.</summary>
    GeluTanh,

    /// <summary>x/2 · (1 + erf(x/√2)).</summary>
    Gelu,

    /// <summary>x / (1 + e⁻ˣ), also called swish.</summary>
    Silu,
}

public static partial class Ops
{
    /// <summary>y = f(x), element by element; ∂x = ∂y · f′(x).</summary>
    public static Tensor Activate(Tensor x, Activation f)
    {
        Tensor y = Tensor.Uninitialized(x.Shape);
        Backend.Current.Activate(x, f, y);
        if (Tape.For(x) is { } tape)
        {
            Tensor kept = tape.Keep(x);
            tape.Record(y, dy =>
            {
                Tensor dx = Tensor.Uninitialized(kept.Shape);
                Backend.Current.ActivateBackward(kept, f, dy, dx);
                Tape.Accumulate(kept, dx);
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = f(x).</summary>
    public abstract void Activate(Tensor x, Activation f, Tensor y);

    /// <summary>dx = dy · f′(x).</summary>
    public abstract void ActivateBackward(Tensor x, Activation f, Tensor dy, Tensor dx);
}

internal sealed unsafe partial class CpuBackend
{
    public override void Activate(Tensor x, Activation f, Tensor y) => Work.For(x.Shape.Count, ElementGrain / 4, (start, end) =>
    {
        ReadOnlySpan<float> from = x.Data[start..end];
        Span<float> to = y.Data[start..end];
        switch (f)
        {
            case Activation.Relu: Map<Relu>(from, default, to); break;
            case Activation.GeluTanh: Map<GeluTanh>(from, default, to); break;
            case Activation.Gelu: Map<Gelu>(from, default, to); break;
            default: Map<Silu>(from, default, to); break;
        }
    });

    public override void ActivateBackward(Tensor x, Activation f, Tensor dy, Tensor dx) =>
        Work.For(x.Shape.Count, ElementGrain / 4, (start, end) =>
        {
            ReadOnlySpan<float> from = x.Data[start..end], by = dy.Data[start..end];
            Span<float> to = dx.Data[start..end];
            switch (f)
            {
                case Activation.Relu: Map<Relu>(from, by, to); break;
                case Activation.GeluTanh: Map<GeluTanh>(from, by, to); break;
                case Activation.Gelu: Map<Gelu>(from, by, to); break;
                default: Map<Silu>(from, by, to); break;
            }
        });

    // to = f(x), or to = by · f′(x) where there is a gradient to multiply by.
    static void Map<T>(ReadOnlySpan<float> x, ReadOnlySpan<float> by, Span<float> to) where T : struct, IFunction
    {
        ref float from = ref MemoryMarshal.GetReference(x);
        ref float factor = ref MemoryMarshal.GetReference(by);
        ref float target = ref MemoryMarshal.GetReference(to);
        int i = 0;
        for (; i <= x.Length - 8; i += 8)
        {
            Vector256<float> v = Vector256.LoadUnsafe(ref from, (nuint)i);
            Vector256<float> result = by.IsEmpty ? T.Value(v) : T.Slope(v) * Vector256.LoadUnsafe(ref factor, (nuint)i);
            result.StoreUnsafe(ref target, (nuint)i);
        }
        if (i == x.Length)
            return;
        Span<float> tail = stackalloc float[8];
        tail.Clear();
        x[i..].CopyTo(tail);
        Vector256<float> last = Vector256.Create((ReadOnlySpan<float>)tail);
        (by.IsEmpty ? T.Value(last) : T.Slope(last)).CopyTo(tail);
        for (int t = i; t < x.Length; t++)
            to[t] = by.IsEmpty ? tail[t - i] : tail[t - i] * by[t];
    }

    interface IFunction
    {
        static abstract Vector256<float> Value(Vector256<float> x);

        static abstract Vector256<float> Slope(Vector256<float> x);
    }

    readonly struct Relu : IFunction
    {
        public static Vector256<float> Value(Vector256<float> x) =>
            Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), x, Vector256<float>.Zero);

        public static Vector256<float> Slope(Vector256<float> x) =>
            Vector256.ConditionalSelect(
                Vector256.GreaterThan(x, Vector256<float>.Zero), Vector256<float>.One, Vector256<float>.Zero);
    }

    readonly struct GeluTanh : IFunction
    {
        const float Root = 0.7978845608f; // √(2/π)
        const float Cubic = 0.044715f;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Value(Vector256<float> x) =>
            x * 0.5f * (Vector256<float>.One + Elementary.Tanh((x + (x * x * x * Cubic)) * Root));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Slope(Vector256<float> x)
        {
            Vector256<float> square = x * x, t = Elementary.Tanh((x + (square * x * Cubic)) * Root);
            Vector256<float> inner = (Vector256<float>.One + (square * (3 * Cubic))) * Root;
            return ((Vector256<float>.One + t) * 0.5f) + (x * 0.5f * (Vector256<float>.One - (t * t)) * inner);
        }
    }

    readonly struct Gelu : IFunction
    {
        const float RootHalf = 0.7071067812f; // 1/√2
        const float Density = 0.3989422804f; // 1/√(2π)

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Value(Vector256<float> x) =>
            x * 0.5f * (Vector256<float>.One + Elementary.Erf(x * RootHalf));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Slope(Vector256<float> x) =>
            ((Vector256<float>.One + Elementary.Erf(x * RootHalf)) * 0.5f) + (x * Elementary.Exp(x * x * -0.5f) * Density);
    }

    readonly struct Silu : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Value(Vector256<float> x) => x / (Vector256<float>.One + Elementary.Exp(-x));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Slope(Vector256<float> x)
        {
            Vector256<float> sigmoid = Vector256<float>.One / (Vector256<float>.One + Elementary.Exp(-x));
            return sigmoid * (Vector256<float>.One + (x * (Vector256<float>.One - sigmoid)));
        }
    }
}
