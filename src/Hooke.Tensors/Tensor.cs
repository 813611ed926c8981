namespace Hooke.Tensors;

/// <summary>Dense float32 numbers in row-major order over native memory.</summary>
/// <remarks>
/// Dispose a tensor to give its memory back at once; a tensor that a <see cref="Tape"/> still needs stays alive there.
/// A constant matrix lives in the order in which products read it; a row-major copy is made, and kept as long as the
/// tensor, when somebody asks for <see cref="Data"/>.
/// </remarks>
public sealed unsafe class Tensor : IDisposable
{
    Storage? _storage; // of a packed matrix: once somebody asked for the elements in row-major order
    PackedMatrix? _packed;
    bool _isPackedTransposed;
    bool _disposed;

    Tensor(Storage? storage, Shape shape) => (_storage, Shape) = (storage, shape);

    /// <summary>Bytes of native memory that all tensors together hold.</summary>
    public static long HeldBytes => Storage.RentedBytes + PackedMatrix.HeldBytes;

    /// <summary>The sizes of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The elements in row-major order; not to be used once the tensor is disposed or let go of.</summary>
    public Span<float> Data => new(Pointer, Shape.Count);

    /// <summary>Whether the elements never change again.</summary>
    public bool IsConstant { get; private set; }

    /// <summary>Whether the tape active on this thread follows this tensor.</summary>
    public bool IsFollowed => Tape.IsFollowing(this);

    internal float* Pointer =>
        _disposed ? throw new ObjectDisposedException(nameof(Tensor)) : (_storage ?? Unpack()).Pointer;

    /// <summary>Whether another handle sees the same memory.</summary>
    internal bool IsShared => _packed is not null || _storage!.IsShared;

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
        if (_packed is not null && _storage is null)
            Right(transposed: false).CopyTo(copy.Pointer);
        else
            Data.CopyTo(copy.Data);
        return copy;
    }

    /// <summary>
    /// Promises that the elements never change again; a matrix W is from now on kept in the order in which the product
    /// x · W reads it, or x · Wᵀ if <paramref name="transposed"/>. Spans had of <see cref="Data"/> before are void.
    /// </summary>
    public Tensor AsConstant(bool transposed = false)
    {
        if (!IsConstant && Shape.Rank == 2 && Shape.Count > 0)
        {
            _packed = new PackedMatrix(transposed ? Matrix().Transposed : Matrix());
            _isPackedTransposed = transposed;
            _storage!.NotForPool().Dispose();
            _storage = null;
        }
        IsConstant = true;
        return this;
    }

    /// <summary>A constant matrix W [in, out], read straight into the order in which products read it.</summary>
    /// <param name="shape">The shape of W, a matrix.</param>
    /// <param name="type">The type of the numbers read, which is how they are kept.</param>
    /// <param name="read">Gives rows of W, or of Wᵀ; called on many threads.</param>
    /// <param name="readsTransposed">Whether it is rows of Wᵀ.</param>
    /// <param name="transposed">Whether the product it is meant for is x · Wᵀ; any other is possible, but slower.</param>
    public static Tensor Constant(
        Shape shape, NumberType type, RowReader read, bool readsTransposed = false, bool transposed = false)
    {
        (int rows, int columns) = transposed ? (shape[1], shape[0]) : (shape[0], shape[1]);
        return new Tensor(null, shape)
        {
            _packed = readsTransposed == transposed
                ? PackedMatrix.FromRows(rows, columns, type, read)
                : PackedMatrix.FromColumns(rows, columns, type, read),
            _isPackedTransposed = transposed,
            IsConstant = true,
        };
    }

    /// <summary>Gives this handle's hold on the memory back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _packed?.Dispose();
        _storage?.Dispose();
    }

    /// <summary>The shape and the first few elements.</summary>
    public override string ToString() =>
        $"{Shape} {string.Join(" ", Data[..Math.Min(8, Data.Length)].ToArray())}{(Data.Length > 8 ? " …" : "")}";

    internal static Tensor Uninitialized(Shape shape) => new(Storage.Rent(shape.Count), shape);

    internal static Tensor Uninitialized(params ReadOnlySpan<int> shape) => Uninitialized(new Shape(shape));

    /// <summary>The tensor as a matrix: all axes but the last are rows.</summary>
    internal MatrixView Matrix() => new(Pointer, Shape.Rows, Shape[^1], Shape[^1], 1);

    /// <summary>The tensor as the right-hand matrix of a product, or its transpose, from wherever its elements are.</summary>
    internal RightMatrix Right(bool transposed)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RightMatrix whole = _packed is null ? Matrix() : _packed;
        return _packed is not null && _isPackedTransposed != transposed || _packed is null && transposed
            ? whole.Transposed
            : whole;
    }

    Tensor View(Shape shape)
    {
        if (shape.Count != Shape.Count)
            throw new ArgumentException($"a tensor of shape {Shape} cannot be seen as {shape}");
        ObjectDisposedException.ThrowIf(_disposed, this);
        bool staysPacked = _packed is not null && shape.Equals(Shape);
        Storage? storage = staysPacked ? _storage : _storage ?? Unpack();
        return new Tensor(storage?.Share(), shape)
        {
            _packed = staysPacked ? _packed!.Share() : null,
            _isPackedTransposed = _isPackedTransposed,
            Variable = Variable,
            IsConstant = IsConstant,
        };
    }

    Storage Unpack()
    {
        Storage made = Storage.Rent(Shape.Count);
        Right(transposed: false).CopyTo(made.Pointer);
        if (Interlocked.CompareExchange(ref _storage, made, null) is { } first)
        {
            made.Dispose();
            return first;
        }
        return made;
    }
}
