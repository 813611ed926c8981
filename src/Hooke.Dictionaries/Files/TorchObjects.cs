using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>The few things that a pickled state dict constructs, made here as plain data.</summary>
static class TorchObjects
{
    static readonly (string Name, DType Type)[] Storages =
    [
        ("FloatStorage", DType.F32), ("DoubleStorage", DType.F64), ("HalfStorage", DType.F16), ("BFloat16Storage", DType.BF16),
        ("LongStorage", DType.I64), ("IntStorage", DType.I32), ("ShortStorage", DType.I16), ("CharStorage", DType.I8),
        ("ByteStorage", DType.U8), ("BoolStorage", DType.Bool),
    ];

    /// <summary>Whether a name may stand in a pickle that is read.</summary>
    public static bool IsKnown(string module, string name) => module switch
    {
        "collections" => name == "OrderedDict",
        "torch._utils" => name is "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_parameter",
        "torch" => name == "Size" || Storages.Any(s => s.Name == name),
        _ => false,
    };

    /// <summary>The name of the storage of a type.</summary>
    public static string StorageOf(DType type) => Storages.Single(s => s.Type == type).Name;

    /// <summary>What a call of a known name makes.</summary>
    /// <exception cref="InputException">The arguments are not such as upstream writes.</exception>
    public static object Construct(PickleGlobal what, object?[] arguments, string path) => (what.Name, arguments) switch
    {
        ("OrderedDict", []) => new PickleDict(),
        ("OrderedDict", [List<object?> pairs]) => DictOf(pairs, path),
        ("Size", [object?[] sizes]) => sizes,
        ("_rebuild_tensor" or "_rebuild_tensor_v2",
            [TorchStorage storage, long offset, object?[] sizes, object?[] strides, ..]) =>
            View(storage, offset, sizes, strides, path),
        ("_rebuild_parameter", [TorchTensor tensor, ..]) => tensor,
        _ => throw new InputException($"{path} calls {what} with arguments that a state dict does not; it is not read"),
    };

    /// <summary>The storage of a persistent id ('storage', type, key, device, count [, view]).</summary>
    /// <exception cref="InputException">It is none.</exception>
    public static TorchStorage Storage(object?[] id, string path) =>
        id is ["storage", PickleGlobal { Module: "torch" } type, string key, string, long count, ..] && count >= 0
            && Storages.FirstOrDefault(s => s.Name == type.Name) is { Name: not null } known
            && (id.Length == 5 || (id.Length == 6 && id[5] is null))
            && count <= long.MaxValue / known.Type.Bytes()
            ? new TorchStorage(known.Type, key, count)
            : throw new InputException($"{path} holds a storage that is not described as torch.save does; it is not read");

    static TorchTensor View(TorchStorage storage, long offset, object?[] sizes, object?[] strides, string path)
    {
        if (sizes.Length != strides.Length || sizes.Length > 16 || sizes.Concat(strides).Any(n => n is not long and >= 0)
            || sizes.Concat(strides).Any(n => (long)n! < 0) || offset < 0)
            throw new InputException($"{path} holds a tensor whose sizes and strides are no whole numbers from 0 on");
        TorchTensor tensor = new(storage, offset, [.. sizes.Select(s => (long)s!)], [.. strides.Select(s => (long)s!)]);
        UInt128 last = (UInt128)offset;
        for (int axis = 0; axis < sizes.Length; axis++)
            last += (UInt128)Math.Max(0, tensor.Sizes[axis] - 1) * (UInt128)tensor.Strides[axis];
        bool isEmpty = tensor.Sizes.Contains(0);
        if (TensorShape.Count(tensor.Sizes) is not long count
            || (!isEmpty && (last >= (UInt128)storage.Count || count > storage.Count)))
            throw new InputException($"{path} holds a tensor of shape {TensorShape.Text(tensor.Sizes)} that reaches outside of "
                + $"its {storage.Count} stored numbers, or repeats them; it is damaged or was expanded: save a contiguous copy");
        return tensor;
    }

    static PickleDict DictOf(List<object?> pairs, string path)
    {
        PickleDict dict = new();
        foreach (object? pair in pairs)
        {
            object?[] items = pair as object?[] ?? (pair as List<object?>)?.ToArray() ?? [];
            if (items is not [string key, _])
                throw new InputException($"{path} holds an OrderedDict whose items are no pairs; it is not read");
            dict.Items[key] = items[1];
        }
        return dict;
    }
}
