using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Gradients of many targets with respect to one place of the stream: for each target rows at its positions, one after the
/// other.
/// </summary>
/// <param name="Targets">Which targets, in the order of the rows.</param>
/// <param name="Lengths">How many rows each has: the positions 0 up, or its last position alone.</param>
/// <param name="Rows">[Σ lengths, d_model]</param>
/// <param name="IsLastOnly">Whether a target has one row, that of its own position.</param>
sealed record Flow(int[] Targets, int[] Lengths, Tensor Rows, bool IsLastOnly) : IDisposable
{
    /// <summary>The position of every row.</summary>
    public int[] Positions { get; } = IsLastOnly
        ? [.. Lengths.Select(length => length - 1)]
        : [.. Lengths.SelectMany(length => Enumerable.Range(0, length))];

    /// <summary>Where each target's rows begin; one more than targets.</summary>
    public int[] Starts { get; } = StartsOf(Lengths, IsLastOnly);

    /// <summary>No targets.</summary>
    public static Flow Empty(int width, bool isLastOnly) => new([], [], Tensor.Zeros(0, width), isLastOnly);

    /// <summary>The same targets with other rows.</summary>
    public Flow With(Tensor rows) => new(Targets, Lengths, rows, IsLastOnly);

    /// <summary>The row of a target at a position, or −1.</summary>
    public int RowOf(int at, int position) => IsLastOnly
        ? position == Lengths[at] - 1 ? at : -1
        : position < Lengths[at] ? Starts[at] + position : -1;

    /// <summary>One row.</summary>
    public Span<float> Row(int row) => Rows.Data.Slice(row * Rows.Shape[1], Rows.Shape[1]);

    /// <inheritdoc/>
    public void Dispose() => Rows.Dispose();

    /// <summary>How many rows are worth a thread.</summary>
    public static int Grain(int width) => Math.Max(1, (1 << 14) / Math.Max(1, width));

    static int[] StartsOf(int[] lengths, bool isLastOnly)
    {
        int[] starts = new int[lengths.Length + 1];
        for (int t = 0; t < lengths.Length; t++)
            starts[t + 1] = starts[t] + (isLastOnly ? 1 : lengths[t]);
        return starts;
    }
}
