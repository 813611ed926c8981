using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A weight with the two moments that the optimiser keeps of its gradients.</summary>
sealed class Parameter : IDisposable
{
    public Parameter(string name, params ReadOnlySpan<int> shape)
    {
        Name = name;
        (Value, Mean, Square) = (Tensor.Zeros(shape), Tensor.Zeros(shape), Tensor.Zeros(shape));
    }

    public string Name { get; }

    public Tensor Value { get; }

    public Tensor Mean { get; }

    public Tensor Square { get; }

    /// <summary>One row of a matrix.</summary>
    public Span<float> Row(int row) => Of(Value, row);

    /// <summary>Moves one row against its gradient.</summary>
    public void Step(AdamStep step, int row, ReadOnlySpan<float> gradient) =>
        step.Apply(Row(row), gradient, Of(Mean, row), Of(Square, row));

    /// <summary>Moves all against the gradient.</summary>
    public void Step(AdamStep step, ReadOnlySpan<float> gradient) =>
        step.Apply(Value.Data, gradient, Mean.Data, Square.Data);

    /// <summary>Forgets what the optimiser knew of a row, or of an element of a vector.</summary>
    public void Forget(int row)
    {
        Of(Mean, row).Clear();
        Of(Square, row).Clear();
    }

    public void Dispose()
    {
        Value.Dispose();
        Mean.Dispose();
        Square.Dispose();
    }

    static Span<float> Of(Tensor tensor, int row)
    {
        int width = tensor.Shape.Rank > 1 ? tensor.Shape[1] : 1;
        return tensor.Data.Slice(row * width, width);
    }
}
