namespace Hooke.Tensors;

/// <summary>Dense float32 numbers in row-major order over native memory.</summary>
/// <remarks>
/// Dispose a tensor to give its memory back at once; a tensor that a <see cref="Tape"/> still needs stays alive there.
/// </remarks>
public sealed unsafe class Tensor : IDisposable
{
    readonly Storage _storage;
    bool _disposed;
    PackedMatrix? _packed, _packedTransposed;

    Tensor(Storage storage, Shape shape) => (_storage, Shape) = (storage, shape);

    /// <summary>The sizes of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The elements in row-major order; not to be used once the tensor is disposed or let go of.</summary>
    public Span<float> Data => new(Pointer, Shape.Count);

    /// <summary>Whether the elements never change again, so that kernels may keep a packed copy.</summary>
    public bool IsConstant { get; private set; }

    /// <summary>Whether the tape active on this thread follows this tensor.</summary>
    public bool IsFollowed => Tape.IsFollowing(this);

    internal float* Pointer =>
        _disposed ? throw new ObjectDisposedException(nameof(Tensor)) : _storage.Pointer;

    /// <summary>Whether another handle sees the same memory.</summary>
    internal bool IsShared => _storage.IsShared;

    /// <summary>The place of this tensor on the tape that follows it, or null.</summary>
    internal Tape.Variable? Variable { get; set; }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(params ReadOnlySpan<int> shape) => Zeros(new Shape(shape));

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape)
    {
        Tensor tensor = Uninitialized(shape);
        tensor.Data.Clear();
        return tensor;
    }

    /// <summary>A tensor that holds a copy of the values.</summary>
    /// <exception cref="ArgumentException">There are not as many values as the shape has elements.</exception>
    public static Tensor From(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        Tensor tensor = Uninitialized(new Shape(shape));
        if (values.Length != tensor.Shape.Count)
            throw new ArgumentException($"{values.Length} values do not fill a tensor of shape {tensor.Shape}");
        values.CopyTo(tensor.Data);
        return tensor;
    }

    /// <summary>The same memory seen with another shape; gradients flow through.</summary>
    /// <exception cref="ArgumentException">The shapes differ in number of elements.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> shape) => View(new Shape(shape));

    /// <summary>A second handle on the same memory, to be disposed on its own.</summary>
    public Tensor Share() => View(Shape);

    /// <summary>A copy with memory of its own, not followed by any tape.</summary>
    public Tensor Clone()
    {
        Tensor copy = Uninitialized(Shape);
        Data.CopyTo(copy.Data);
        return copy;
    }

    /// <summary>Promises that the elements never change again; see <see cref="IsConstant"/>.</summary>
    public Tensor AsConstant()
    {
        IsConstant = true;
        return this;
    }

    /// <summary>Gives this handle's hold on the memory back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _packed?.Dispose();
        _packedTransposed?.Dispose();
        _storage.Dispose();
    }

    /// <summary>The shape and the first few elements.</summary>
    public override string ToString() =>
        $"{Shape} {string.Join(" ", Data[..Math.Min(8, Data.Length)].ToArray())}{(Data.Length > 8 ? " …" : "")}";

    internal static Tensor Uninitialized(Shape shape) => new(Storage.Rent(shape.Count), shape);

    internal static Tensor Uninitialized(params ReadOnlySpan<int> shape) => Uninitialized(new Shape(shape));

    /// <summary>The tensor as a matrix: all axes but the last are rows.</summary>
    internal MatrixView Matrix() => new(Pointer, Shape.Rows, Shape[^1], Shape[^1], 1);

    /// <summary>A constant matrix packed for products, made on first use.</summary>
    internal PackedMatrix Packed(bool transposed)
    {
        ref PackedMatrix? slot = ref transposed ? ref _packedTransposed : ref _packed;
        if (slot is null)
        {
            PackedMatrix made = new(transposed ? Matrix().Transposed : Matrix());
            if (Interlocked.CompareExchange(ref slot, made, null) is not null)
                made.Dispose();
        }
        return slot;
    }

    Tensor View(Shape shape)
    {
        if (shape.Count != Shape.Count)
            throw new ArgumentException($"a tensor of shape {Shape} cannot be seen as {shape}");
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new Tensor(_storage.Share(), shape) { Variable = Variable, IsConstant = IsConstant };
    }
}
