namespace Hooke.Models;

/// <summary>Arithmetic and text of the shapes in weight files.</summary>
public static class TensorShape
{
    /// <summary>The sizes in brackets.</summary>
    public static string Text(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>The number of elements, or null where it does not fit 63 bits or a size is negative.</summary>
    public static long? Count(IReadOnlyList<long> shape)
    {
        long count = 1;
        foreach (long size in shape)
        {
            if (size < 0 || Math.BigMul(count, size, out long low) != 0 || low < 0)
                return null;
            count = low;
        }
        return count;
    }
}
