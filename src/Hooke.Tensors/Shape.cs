using System.Globalization;

namespace Hooke.Tensors;

/// <summary>The sizes of a tensor's axes, outermost first.</summary>
public sealed class Shape : IEquatable<Shape>
{
    readonly int[] _sizes;

    /// <summary>A shape of the given sizes.</summary>
    /// <exception cref="ArgumentException">
    /// A size is negative, or there are more elements than an <see cref="int"/> can count.
    /// </exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        _sizes = sizes.ToArray();
        long count = 1;
        foreach (int size in _sizes)
        {
            count *= size;
            if (size < 0 || count > int.MaxValue)
                throw new ArgumentException($"a tensor of shape {this} is not possible: at most {int.MaxValue} elements");
        }
        Count = (int)count;
    }

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    /// <summary>Number of axes.</summary>
    public int Rank => _sizes.Length;

    /// <summary>Size of an axis; <c>^1</c> is the last.</summary>
    public int this[Index axis] => _sizes[axis];

    /// <summary>The sizes.</summary>
    public ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>Number of rows when all axes but the last are taken together.</summary>
    internal int Rows => Rank == 0 ? 1 : _sizes[^1] > 0 ? Count / _sizes[^1] : new Shape(_sizes.AsSpan()[..^1]).Count;

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _sizes.AsSpan().SequenceEqual(other._sizes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => _sizes.Aggregate(17, (hash, size) => unchecked((hash * 31) + size));

    /// <summary>The sizes in brackets: <c>[2, 24, 48]</c>.</summary>
    public override string ToString() =>
        $"[{string.Join(", ", _sizes.Select(s => s.ToString(CultureInfo.InvariantCulture)))}]";
}
