using System.Numerics.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Keeps the largest numbers of a row; of equal ones the first.</summary>
static class TopLatents
{
    const int Block = 64; // looked at as a whole first: after a few blocks hardly one holds a number that is kept

    /// <summary>Sets all but the k largest numbers to 0; what is kept stays as it is.</summary>
    /// <param name="row">The row.</param>
    /// <param name="k">How many are kept; no more than the row has.</param>
    /// <param name="heap">Room for k places, of the worker's own.</param>
    public static void Keep(Span<float> row, int k, Span<int> heap)
    {
        for (int i = 0; i < k; i++)
            heap[i] = i;
        for (int i = (k / 2) - 1; i >= 0; i--)
            Sink(row, heap[..k], i);
        for (int start = k; start < row.Length; start += Block)
        {
            int end = Math.Min(start + Block, row.Length);
            if (!(TensorPrimitives.Max<float>(row[start..end]) > row[heap[0]]))
                continue;
            for (int i = start; i < end; i++)
                if (row[i] > row[heap[0]])
                {
                    heap[0] = i;
                    Sink(row, heap[..k], 0);
                }
        }
        heap[..k].Sort();
        int from = 0;
        foreach (int kept in heap[..k])
        {
            row[from..kept].Clear();
            from = kept + 1;
        }
        row[from..].Clear();
    }

    // The place that leaves first is on top: the smallest number, of equal ones the last.
    static void Sink(ReadOnlySpan<float> row, Span<int> heap, int at)
    {
        for (int child; (child = (2 * at) + 1) < heap.Length; at = child)
        {
            if (child + 1 < heap.Length && LeavesBefore(row, heap[child + 1], heap[child]))
                child++;
            if (!LeavesBefore(row, heap[child], heap[at]))
                return;
            (heap[at], heap[child]) = (heap[child], heap[at]);
        }
    }

    static bool LeavesBefore(ReadOnlySpan<float> row, int a, int b) => row[a] < row[b] || (row[a] == row[b] && a > b);
}
