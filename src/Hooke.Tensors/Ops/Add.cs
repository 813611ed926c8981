using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>y = a + b, element by element.</summary>
    public static Tensor Add(Tensor a, Tensor b)
    {
        RequireSame(a, b, "a sum");
        Tensor y = Tensor.Uninitialized(a.Shape);
        Backend.Current.Add(a, b, y);
        if (Tape.For(a, b) is { } tape)
        {
            (Tensor keptA, Tensor keptB) = (tape.Keep(a), tape.Keep(b));
            tape.Record(y, dy =>
            {
                if (tape.Follows(keptA))
                    Tape.Accumulate(keptA, dy.Share());
                if (tape.Follows(keptB))
                    Tape.Accumulate(keptB, dy.Share());
            });
        }
        return y;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>y = a + b; y may be a or b.</summary>
    public abstract void Add(Tensor a, Tensor b, Tensor y);
}

internal sealed unsafe partial class CpuBackend
{
    public override void Add(Tensor a, Tensor b, Tensor y) => Work.For(y.Shape.Count, ElementGrain, (start, end) =>
        TensorPrimitives.Add(a.Data[start..end], b.Data[start..end], y.Data[start..end]));
}
