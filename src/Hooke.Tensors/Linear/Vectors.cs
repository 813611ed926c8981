namespace Hooke.Tensors;

/// <summary>Sums over vectors of doubles, in an order that only their length decides.</summary>
static class Vectors
{
    /// <summary>Σ x·y in four fixed lanes.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= x.Length; i += 4)
        {
            a += x[i] * y[i];
            b += x[i + 1] * y[i + 1];
            c += x[i + 2] * y[i + 2];
            d += x[i + 3] * y[i + 3];
        }
        for (; i < x.Length; i++)
            a += x[i] * y[i];
        return (a + b) + (c + d);
    }

    /// <summary>(x, y) ← (cos·x − sin·y, sin·x + cos·y)</summary>
    public static void Turn(Span<double> x, Span<double> y, double cos, double sin)
    {
        for (int i = 0; i < x.Length; i++)
            (x[i], y[i]) = ((cos * x[i]) - (sin * y[i]), (sin * x[i]) + (cos * y[i]));
    }

    /// <summary>y ← y + factor·x</summary>
    public static void Add(ReadOnlySpan<double> x, double factor, Span<double> y)
    {
        for (int i = 0; i < x.Length; i++)
            y[i] += factor * x[i];
    }
}
