using System.Buffers.Binary;
using System.Text;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Reads a pickle as data: it knows the opcodes and names that dicts of tensors are made of, carries out nothing else,
/// and refuses anything else by name.
/// </summary>
/// <remarks>What it builds is no larger than the pickle times a constant: every opcode makes at most one thing.</remarks>
sealed class PickleReader(string path, byte[] pickle, int start)
{
    static readonly object MarkObject = new();
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    readonly List<object?> _stack = [];
    readonly Dictionary<long, object?> _memo = [];
    int _at = start;

    /// <summary>Where the pickle ended.</summary>
    public int End => _at;

    /// <summary>
    /// The pickle's one value: null, bool, long, double, string, object?[] (a tuple), List, PickleDict, or a tensor.
    /// </summary>
    /// <exception cref="InputException">It holds anything else, or is damaged.</exception>
    public object? Read()
    {
        while (true)
        {
            PickleOpcode opcode = (PickleOpcode)Byte();
            if (opcode == PickleOpcode.Stop)
                return Pop();
            if (!Literal(opcode) && !Memory(opcode) && !Container(opcode))
                Construct(opcode);
        }
    }

    bool Literal(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (Byte() > 5)
                    throw Damaged("a protocol above 5");
                return true;
            case PickleOpcode.Frame:
                Take(8);
                return true;
            case PickleOpcode.None:
                return Push(null);
            case PickleOpcode.NewTrue:
                return Push(true);
            case PickleOpcode.NewFalse:
                return Push(false);
            case PickleOpcode.BinInt:
                return Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)));
            case PickleOpcode.BinInt1:
                return Push((long)Byte());
            case PickleOpcode.BinInt2:
                return Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)));
            case PickleOpcode.Long1:
                return Push(LongOf(Take(Byte())));
            case PickleOpcode.BinFloat:
                return Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8)));
            case PickleOpcode.BinUnicode:
                return Push(Text(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
            case PickleOpcode.ShortBinUnicode:
                return Push(Text(Take(Byte())));
            case PickleOpcode.BinString:
                return Push(Encoding.Latin1.GetString(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
            case PickleOpcode.ShortBinString:
                return Push(Encoding.Latin1.GetString(Take(Byte())));
            default:
                return false;
        }
    }

    bool Memory(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.BinPut:
                _memo[Byte()] = Top();
                return true;
            case PickleOpcode.LongBinPut:
                _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top();
                return true;
            case PickleOpcode.Memoize:
                _memo[_memo.Count] = Top();
                return true;
            case PickleOpcode.BinGet:
                return Push(Recall(Byte()));
            case PickleOpcode.LongBinGet:
                return Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
            case PickleOpcode.Pop:
                Pop();
                return true;
            default:
                return false;
        }
    }

    bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark:
                return Push(MarkObject);
            case PickleOpcode.EmptyDict:
                return Push(new PickleDict());
            case PickleOpcode.EmptyList:
                return Push(new List<object?>());
            case PickleOpcode.EmptyTuple:
                return Push(Array.Empty<object?>());
            case PickleOpcode.Tuple:
                return Push(ToMark());
            case PickleOpcode.Tuple1 or PickleOpcode.Tuple2 or PickleOpcode.Tuple3:
                return Push(Last(opcode - PickleOpcode.Tuple1 + 1));
            case PickleOpcode.Append:
                object? appended = Pop();
                Top<List<object?>>().Add(appended);
                return true;
            case PickleOpcode.Appends:
                object?[] all = ToMark();
                Top<List<object?>>().AddRange(all);
                return true;
            case PickleOpcode.SetItem:
                SetAll(Last(2));
                return true;
            case PickleOpcode.SetItems:
                SetAll(ToMark());
                return true;
            default:
                return false;
        }
    }

    void Construct(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Global:
                Push(Known(Line(), Line()));
                break;
            case PickleOpcode.StackGlobal:
                object?[] names = Last(2);
                Push(Known(names[0] as string ?? "", names[1] as string ?? ""));
                break;
            case PickleOpcode.Reduce:
                object?[] arguments = Pop<object?[]>();
                Push(TorchObjects.Construct(Pop<PickleGlobal>(), arguments, path));
                break;
            case PickleOpcode.Build: // of a state dict: its _metadata, which says nothing about the tensors
                Pop();
                Top<PickleDict>();
                break;
            case PickleOpcode.BinPersId:
                Push(TorchObjects.Storage(Pop() as object?[] ?? [], path));
                break;
            default:
                throw new InputException($"{path} holds a pickle with the opcode {opcode}, which a file of tensors has no use "
                    + "for; nothing of it was carried out, and it is not read: save it again as a dict of tensors");
        }
    }

    PickleGlobal Known(string module, string name) => TorchObjects.IsKnown(module, name)
        ? new(module, name)
        : throw new InputException($"{path} holds a pickle that names {Quote.Of($"{module}.{name}")}, which is no part of a "
        + "dict of "
            + "tensors; nothing of it was carried out, and it is not read: save its state_dict instead of the object");

    void SetAll(object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw Damaged("an item without a value");
        PickleDict dict = Top<PickleDict>();
        for (int i = 0; i < pairs.Length; i += 2)
            dict.Items[pairs[i] is string or long or bool ? pairs[i]! : throw Damaged("a key that is no text")] = pairs[i + 1];
    }

    object?[] ToMark()
    {
        int mark = _stack.LastIndexOf(MarkObject);
        if (mark < 0)
            throw Damaged("no mark where one belongs");
        object?[] items = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    object?[] Last(int count)
    {
        if (_stack.Count < count || _stack[^count..].Contains(MarkObject))
            throw Damaged("too little to build of");
        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    bool Push(object? value)
    {
        _stack.Add(value);
        return true;
    }

    object? Pop() => Last(1)[0];

    T Pop<T>() where T : class => Pop() as T ?? throw Damaged($"no {typeof(T).Name} where one belongs");

    object? Top() => _stack.Count > 0 ? _stack[^1] : throw Damaged("nothing to keep");

    T Top<T>() where T : class => Top() as T ?? throw Damaged($"no {typeof(T).Name} where one belongs");

    object? Recall(long key) => _memo.TryGetValue(key, out object? value) ? value : throw Damaged("something not kept before");

    byte Byte() => Take(1)[0];

    ReadOnlySpan<byte> Take(uint count)
    {
        if (count > pickle.Length - _at)
            throw Damaged("an end in the middle");
        ReadOnlySpan<byte> taken = pickle.AsSpan(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    string Line()
    {
        int length = pickle.AsSpan(_at).IndexOf((byte)'\n');
        return length is >= 0 and < 512 ? Text(Take((uint)length + 1)[..^1]) : throw Damaged("a name without an end");
    }

    string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("text that is not UTF-8");
        }
    }

    // Longer ones than 64 bits are only ever magic numbers, of which the low bits tell enough.
    static long LongOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Fill(bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? (byte)0xFF : (byte)0);
        bytes[..Math.Min(8, bytes.Length)].CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    InputException Damaged(string what) => new($"{path} holds a damaged pickle ({what}, before byte {_at}); fetch it again");
}
