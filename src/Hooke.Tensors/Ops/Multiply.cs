using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y = a · b, element by element; ∂a = ∂y · b.</summary>
    public static Tensor Multiply(Tensor a, Tensor b)
    {
        RequireSame(a, b, "a product");
        Tensor y = Tensor.Uninitialized(a.Shape);
        Backend.Current.Multiply(a, b, y);
        if (Tape.For(a, b) is { } tape)
        {
            (Tensor keptA, Tensor keptB) = (tape.Keep(a), tape.Keep(b));
            tape.Record(y, dy =>
            {
                HandOn(tape, keptA, dy, keptB);
                HandOn(tape, keptB, dy, keptA);
            });
        }
        return y;
    }

    static void HandOn(Tape tape, Tensor input, Tensor dy, Tensor other)
    {
        if (!tape.Follows(input))
            return;
        Tensor gradient = Tensor.Uninitialized(dy.Shape);
        Backend.Current.Multiply(dy, other, gradient);
        Tape.Accumulate(input, gradient);
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = a · b; y may be a or b.</summary>
    public abstract void Multiply(Tensor a, Tensor b, Tensor y);
}

internal sealed unsafe partial class CpuBackend
{
    public override void Multiply(Tensor a, Tensor b, Tensor y) => Work.For(y.Shape.Count, ElementGrain, (start, end) =>
        TensorPrimitives.Multiply(a.Data[start..end], b.Data[start..end], y.Data[start..end]));
}
