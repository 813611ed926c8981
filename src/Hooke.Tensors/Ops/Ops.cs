namespace Hooke.Tensors;

/// <summary>Differentiable operations; each is recorded on the active <see cref="Tape"/>. One file, one operation.</summary>
public static partial class Ops
{
    static void RequireSame(Tensor a, Tensor b, string operation)
    {
        if (!a.Shape.Equals(b.Shape))
            throw new ArgumentException($"{operation} of shapes {a.Shape} and {b.Shape}, which differ");
    }
}
