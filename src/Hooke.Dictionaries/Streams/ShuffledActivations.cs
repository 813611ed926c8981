using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// Activations in batches of rows, streamed from models through a buffer that is filled, shuffled and emptied by turns; every
/// row comes once, and the same rows in the same order whatever the number of threads.
/// </summary>
/// <remarks>
/// What the buffer holds is a function of the sequence that it begins with, so that a stream goes on from a
/// <see cref="StreamPosition"/> without the buffer having been kept.
/// </remarks>
public sealed class ShuffledActivations : IDisposable
{
    const int TokensOfRun = 2048; // of the sequences that models run at a time

    readonly ITokenSource _source;
    readonly ActivationReader _reader;
    readonly Rng _rng;
    readonly Tensor[] _rows;
    readonly int[] _order;
    long _first, _next;
    int _count, _taken;

    /// <summary>A stream at the source's first sequence.</summary>
    /// <param name="source">The text.</param>
    /// <param name="reader">What is read of which models.</param>
    /// <param name="buffer">The most rows that the buffer holds.</param>
    /// <param name="seed">Of the order in which rows come.</param>
    /// <exception cref="InputException">The buffer cannot hold one sequence, or is too large for one block of memory.</exception>
    public ShuffledActivations(ITokenSource source, ActivationReader reader, int buffer, ulong seed)
    {
        (_source, _reader, _rng) = (source, reader, new Rng(seed).Fork("order of rows"));
        if (buffer < source.Longest)
            throw new InputException($"a buffer of {buffer} rows cannot hold a sequence of {source.Longest} tokens; make it "
                + "larger");
        if (reader.Widths.Any(width => (long)buffer * width > int.MaxValue / 2))
            throw new InputException($"a buffer of {buffer} rows is too large for a site {reader.Widths.Max()} wide; make it "
                + "smaller");
        _rows = [.. reader.Widths.Select(width => Tensor.Zeros(buffer, width))];
        _order = new int[buffer];
    }

    /// <summary>What is streamed, in the order of a batch's tensors.</summary>
    public IReadOnlyList<StreamSite> Sites => _reader.Sites;

    /// <summary>How wide a row of each site is.</summary>
    public IReadOnlyList<int> Widths => _reader.Widths;

    /// <summary>Bytes of the buffer: no more are ever held.</summary>
    public long BufferBytes => BytesOf(_order.Length, Widths);

    /// <summary>Where the next batch begins.</summary>
    public StreamPosition Position => new(_first, _taken);

    /// <summary>How many rows the buffer was last filled with.</summary>
    public int Rows => _count;

    /// <summary>The first sequence that no row has come of.</summary>
    public long End => _next;

    /// <summary>Bytes of a buffer of so many rows of such sites.</summary>
    public static long BytesOf(int rows, IReadOnlyList<int> widths) =>
        sizeof(float) * (long)rows * (1 + widths.Sum(width => (long)width));

    /// <summary>Goes to where a stream of the same source, reader, buffer and seed stood.</summary>
    public void GoTo(StreamPosition position)
    {
        (_first, _next, _count, _taken) = (position.Sequence, position.Sequence, 0, 0);
        if (position.Taken == 0)
            return;
        Fill();
        _taken = position.Taken;
    }

    /// <summary>The next rows: for each site [batch, width], the same token in the same row everywhere.</summary>
    /// <exception cref="InputException">An activation is not finite.</exception>
    public IReadOnlyList<Tensor> Next(int batch)
    {
        Tensor[] rows = [.. Widths.Select(width => Tensor.Zeros(batch, width))];
        for (int done = 0; done < batch;)
        {
            if (_taken == _count)
                Fill();
            int count = Math.Min(batch - done, _count - _taken);
            for (int s = 0; s < rows.Length; s++)
                Copy(s, rows[s], done, count);
            (done, _taken) = (done + count, _taken + count);
        }
        return rows;
    }

    /// <summary>Mean square of a number at each site, over the rows of the buffer, which is filled if it is empty.</summary>
    public IReadOnlyList<double> MeanSquares()
    {
        if (_count == 0)
            Fill();
        return [.. _rows.Select((rows, s) => MeanSquare(rows, Widths[s]))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _rows)
            tensor.Dispose();
    }

    double MeanSquare(Tensor rows, int width)
    {
        double sum = 0;
        for (int r = 0; r < _count; r++)
            sum += Reduce.SumOfSquares(rows.Data.Slice(r * width, width));
        return sum / ((double)_count * width);
    }

    void Copy(int site, Tensor into, int at, int count)
    {
        int width = Widths[site];
        Tensor from = _rows[site];
        Work.For(count, Math.Max(1, (1 << 14) / width), (start, end) =>
        {
            for (int i = start; i < end; i++)
                from.Data.Slice(_order[_taken + i] * width, width).CopyTo(into.Data[((at + i) * width)..]);
        });
    }

    // As many whole sequences as there is room for.
    void Fill()
    {
        const int MostWithoutRows = 10_000;
        (_first, _count, _taken) = (_next, 0, 0);
        List<IReadOnlyList<int>> together = [];
        int rows = 0, tokens = 0;
        for (; _count + rows > 0 || _next - _first < MostWithoutRows; _next++)
        {
            IReadOnlyList<int> sequence = _source.Sequence(_next);
            int added = _reader.RowsOf(sequence);
            if (_count + rows + added > _order.Length)
                break;
            together.Add(sequence);
            (rows, tokens) = (rows + added, tokens + sequence.Count);
            if (tokens >= TokensOfRun)
            {
                Run(together, rows);
                (rows, tokens) = (0, 0);
            }
        }
        if (together.Count > 0)
            Run(together, rows);
        if (_count == 0)
            throw new InputException($"{MostWithoutRows:n0} sequences hold only tokens that are left out; nothing can be "
                + "learned of them");
        for (int i = 0; i < _count; i++)
            _order[i] = i;
        _rng.Fork(_first).Draw().Shuffle(new ArraySegment<int>(_order, 0, _count));
    }

    void Run(List<IReadOnlyList<int>> sequences, int rows)
    {
        _reader.Read(sequences, _rows, _count);
        _count += rows;
        sequences.Clear();
    }
}
