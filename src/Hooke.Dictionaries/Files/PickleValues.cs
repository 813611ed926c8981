using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>A dict of a pickle, in the order of its items.</summary>
sealed class PickleDict
{
    public Dictionary<object, object?> Items { get; } = [];
}

/// <summary>A name of a pickle, one of the few that mean something; never looked up anywhere.</summary>
sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>Where a tensor's numbers are.</summary>
sealed record TorchStorage(DType Type, string Key, long Count);

/// <summary>A tensor of a pickle: a view of a storage.</summary>
sealed record TorchTensor(TorchStorage Storage, long Offset, IReadOnlyList<long> Sizes, IReadOnlyList<long> Strides)
{
    /// <summary>How many elements it has; its constructor saw to it that they are no more than the storage's.</summary>
    public long Count => TensorShape.Count(Sizes)!.Value;

    /// <summary>Whether its elements lie in row-major order, one right after the other.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int axis = Sizes.Count - 1; axis >= 0; expected *= Sizes[axis--])
                if (Sizes[axis] != 1 && Strides[axis] != expected)
                    return false;
            return true;
        }
    }
}
