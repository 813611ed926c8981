using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hooke.Tensors;

namespace Hooke.Probe;

/// <summary>A hash of what the algebra of small matrices computes: products, singular values and vectors, eigenvalues.</summary>
static class SmallMatrices
{
    public static string Hash()
    {
        Rng rng = new Rng(11).Fork("small matrices");
        Matrix a = new(301, 13, (i, j) => rng.Normal((ulong)((i * 13) + j)));
        FactoredMatrix factored = new(a, new Matrix(13, 301, (i, j) => rng.Normal((ulong)((j * 17) + i))));
        (Matrix u, Matrix v) = factored.SingularVectors();
        double[] numbers =
        [
            .. factored.Row(7), .. factored.SingularValues, .. u.Row(3), .. v.Row(4), factored.Trace(), factored.Norm(),
            .. factored.Eigenvalues().SelectMany(value => new[] { value.Real, value.Imaginary }),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(numbers.AsSpan())));
    }
}
