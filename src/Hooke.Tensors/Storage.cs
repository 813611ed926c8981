using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Hooke.Tensors;

/// <summary>A counted reference to a block of native floats; the block goes back to the pool with its last reference.</summary>
internal sealed unsafe class Storage : IDisposable
{
    // Blocks are a whole number of these many bytes: a cache line, and the widest vector.
    const int Alignment = 64;
    const long MostPooledBytes = 1L << 30;

    static readonly ConcurrentDictionary<nint, ConcurrentBag<nint>> Pool = new();
    static long _pooledBytes;
    static long _rentedBytes;

    readonly nint _bytes;
    nint _block;
    int _references = 1;
    bool _isForPool = true;

    Storage(nint block, nint bytes) => (_block, _bytes) = (block, bytes);

    /// <summary>A block left behind without <see cref="Dispose"/> is given back here, late but not lost.</summary>
    ~Storage() => GiveBack();

    /// <summary>Bytes that somebody holds.</summary>
    public static long RentedBytes => Volatile.Read(ref _rentedBytes);

    public float* Pointer => (float*)_block;

    public bool IsShared => Volatile.Read(ref _references) > 1;

    public static Storage Rent(int count)
    {
        nint bytes = SizeClass((nint)Math.Max(count, 1) * sizeof(float));
        if (Pool.TryGetValue(bytes, out ConcurrentBag<nint>? free) && free.TryTake(out nint block))
            Interlocked.Add(ref _pooledBytes, -bytes);
        else
            block = (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        Interlocked.Add(ref _rentedBytes, bytes);
        return new Storage(block, bytes);
    }

    /// <summary>Has the block given back to the system, not to the pool, when its last reference goes.</summary>
    public Storage NotForPool()
    {
        _isForPool = false;
        return this;
    }

    public Storage Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        GiveBack();
        GC.SuppressFinalize(this);
    }

    void GiveBack()
    {
        nint block = Interlocked.Exchange(ref _block, 0);
        if (block == 0)
            return;
        Interlocked.Add(ref _rentedBytes, -_bytes);
        if (_isForPool)
        {
            if (Interlocked.Add(ref _pooledBytes, _bytes) <= MostPooledBytes)
            {
                Pool.GetOrAdd(_bytes, _ => []).Add(block);
                return;
            }
            Interlocked.Add(ref _pooledBytes, -_bytes);
        }
        NativeMemory.AlignedFree((void*)block);
    }

    // Eight classes to a doubling: a block is at most an eighth larger than what was asked for.
    static nint SizeClass(nint bytes)
    {
        int doubling = 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)bytes);
        nint step = Math.Max(Alignment, (nint)1 << Math.Max(0, doubling - 3));
        return (bytes + step - 1) / step * step;
    }
}
