using System.Runtime.InteropServices;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>A weight where it lies in a checkpoint, read in pieces straight into the order in which products read it.</summary>
internal sealed class StoredWeight
{
    readonly SafetensorsFile _file;
    readonly SafetensorsEntry _entry;
    readonly WeightPlace _place;
    readonly Shape _shape;
    readonly int _inputs, _outputs;
    readonly List<Run> _runs = [];
    readonly long _stride;

    /// <param name="file">The file.</param>
    /// <param name="entry">A float tensor of it, of the shape that the place asks for.</param>
    /// <param name="place">Where in the tensor the weight is.</param>
    /// <param name="shape">The weight's shape, [in, out] or [out].</param>
    public StoredWeight(SafetensorsFile file, SafetensorsEntry entry, WeightPlace place, Shape shape)
    {
        (_file, _entry, _place, _shape) = (file, entry, place, shape);
        (_inputs, _outputs) = shape.Rank == 2 ? (shape[0], shape[1]) : (1, shape[0]);
        for (int output = 0; output < _outputs; output++)
        {
            (long start, _stride) = place.Column(output, _inputs, _outputs);
            int next = place.IsOutIn ? _inputs : 1; // how far apart neighbouring outputs are where nothing lies between
            if (_runs.Count > 0 && _runs[^1] is var last && start == last.Start + ((long)last.Count * next))
                _runs[^1] = last with { Count = last.Count + 1 };
            else
                _runs.Add(new(output, start, 1));
        }
    }

    NumberType TypeStored => _entry.Type switch
    {
        DType.BF16 => NumberType.BF16,
        DType.F16 => NumberType.F16,
        _ => NumberType.F32,
    };

    /// <summary>The weight.</summary>
    /// <param name="keepStored">Whether a matrix of 16-bit numbers stays one.</param>
    /// <param name="transposed">Whether products read the matrix transposed.</param>
    /// <exception cref="InputException">A number is not finite, or the file was cut short.</exception>
    public Tensor Read(bool keepStored, bool transposed)
    {
        NumberType type = keepStored ? TypeStored : NumberType.F32;
        if (_shape.Rank == 2)
            return Tensor.Constant(_shape, type, (row, count, into) => Rows(row, count, type, into), _place.IsOutIn, transposed);
        Tensor vector = Tensor.Zeros(_shape);
        Rows(0, 1, NumberType.F32, MemoryMarshal.AsBytes(vector.Data));
        return vector.AsConstant();
    }

    // Rows as the file has them: of W [in, out], or of Wᵀ where that is what is stored.
    void Rows(int row, int count, NumberType type, Span<byte> into)
    {
        if (_place.IsOutIn)
            RowsOfOutputs(row, row + count, type, into, into.Length / count);
        else if (_runs.Count == 1 && _stride == _outputs)
            Numbers(_runs[0].Start + (row * _stride), type, into);
        else
            for (int i = 0, bytes = into.Length / count; i < count; i++)
                Row(row + i, type, into.Slice(i * bytes, bytes), bytes / _outputs);
    }

    void RowsOfOutputs(int output, int end, NumberType type, Span<byte> into, int rowBytes)
    {
        foreach (Run run in _runs)
        {
            int from = Math.Max(output, run.Output), to = Math.Min(end, run.Output + run.Count);
            if (from < to)
                Numbers(run.Start + ((long)(from - run.Output) * _inputs), type,
                    into.Slice((from - output) * rowBytes, (to - from) * rowBytes));
        }
    }

    void Row(int input, NumberType type, Span<byte> into, int size)
    {
        foreach (Run run in _runs)
            Numbers(run.Start + (input * _stride), type, into.Slice(run.Output * size, run.Count * size));
    }

    void Numbers(long first, NumberType type, Span<byte> into)
    {
        if (type == TypeStored && _entry.Type != DType.F64)
            _file.ReadStored(_entry, first, into);
        else
            _file.Read(_entry, first, MemoryMarshal.Cast<byte, float>(into));
    }

    /// <summary>Outputs that lie one right after the other; Start is where the first one's first number is.</summary>
    readonly record struct Run(int Output, long Start, int Count);
}
