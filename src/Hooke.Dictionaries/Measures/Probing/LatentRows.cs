using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Activations at many tokens and the latents that a coder makes of them: what probes are trained on.</summary>
public sealed class LatentRows : IDisposable
{
    readonly Tensor _read, _written;

    /// <summary>Encodes rows; takes the tensors over.</summary>
    /// <param name="coder">A coder that writes one site.</param>
    /// <param name="read">[rows, d_in]: what the coder reads.</param>
    /// <param name="written">[rows, d_out]: what the model has where the coder writes.</param>
    /// <exception cref="InputException">The coder writes several sites, or rows are of another width.</exception>
    public LatentRows(SparseCoder coder, Tensor read, Tensor written)
    {
        if (coder.Config.Outputs.Count != 1)
            throw new InputException($"a {coder.Config.Role} writes {coder.Config.Outputs.Count} sites; probes read one");
        if (written.Shape.Rank != 2 || written.Shape[1] != coder.Config.Outputs[0].Width || read.Shape[0] != written.Shape[0])
            throw new InputException($"activations of shape {written.Shape} beside {read.Shape} for a coder that writes "
                + $"{coder.Config.Outputs[0].Width} numbers");
        (Coder, _read, _written, Latents) = (coder, read, written, coder.EncodeSparse(read));
    }

    /// <summary>What encoded them.</summary>
    public SparseCoder Coder { get; }

    /// <summary>The latents that are active, row by row.</summary>
    public SparseLatents Latents { get; }

    /// <summary>Number of rows.</summary>
    public int Count => _written.Shape[0];

    /// <summary>Width of the site that is written.</summary>
    public int Width => _written.Shape[1];

    /// <summary>The model's activations [rows, width] at the site that is written.</summary>
    public Matrix Activations(IReadOnlyList<int> rows) => Picked(_written, rows);

    /// <summary>
    /// The same with what some latents write taken out, and all else as it was, error term included.
    /// </summary>
    public Matrix Without(IReadOnlyList<int> latents, IReadOnlyList<int> rows)
    {
        bool[] chosen = new bool[Latents.NLatents];
        foreach (int latent in latents)
            chosen[latent] = true;
        SparseLatents before = Latents.Select((i, value) => chosen[i] ? value : 0), after = Latents.Select((_, _) => 0);
        using Tensor shift = Shift(Coder, before, after, _read);
        using Tensor changed = Ops.Add(_written, shift);
        return Picked(changed, rows);
    }

    /// <summary>Chosen latents [rows, latents].</summary>
    public Matrix Columns(IReadOnlyList<int> latents, IReadOnlyList<int> rows)
    {
        Matrix columns = new(rows.Count, latents.Count);
        for (int r = 0; r < rows.Count; r++)
        {
            ReadOnlySpan<int> active = Latents.LatentsOf(rows[r]);
            for (int j = 0; j < latents.Count; j++)
                if (active.BinarySearch(latents[j]) is >= 0 and int at)
                    columns[r, j] = Latents.ValuesOf(rows[r])[at];
        }
        return columns;
    }

    /// <summary>Of every latent, its mean over a task's training rows of the class less that over the others.</summary>
    public double[] MeanDifference(ProbeTask task)
    {
        double[] difference = new double[Latents.NLatents];
        int positives = task.Train.Count(row => task.Labels[row]), negatives = task.Train.Count - positives;
        foreach (int row in task.Train)
        {
            double share = task.Labels[row] ? 1.0 / positives : -1.0 / negatives;
            ReadOnlySpan<float> values = Latents.ValuesOf(row);
            ReadOnlySpan<int> active = Latents.LatentsOf(row);
            for (int at = 0; at < active.Length; at++)
                difference[active[at]] += share * values[at];
        }
        return difference;
    }

    /// <summary>What a latent of 1 writes, [width], before any scaling of the input is undone.</summary>
    public double[] Direction(int latent)
    {
        double[] direction = new double[Width];
        ReadOnlySpan<float> row = Coder.Weights.Decoders[0].Weight.Data.Slice(latent * Width, Width);
        for (int j = 0; j < direction.Length; j++)
            direction[j] = row[j];
        double norm = Coder.Config.ScalesByDecoderNorm ? Math.Sqrt(CholeskyFactor.Dot(direction, direction)) : 1;
        return norm > 0 ? Array.ConvertAll(direction, value => value / norm) : direction;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _read.Dispose();
        _written.Dispose();
    }

    /// <summary>How what is written changes [rows, d_out] when latents do; biases, skips and the error term do not.</summary>
    internal static Tensor Shift(SparseCoder coder, SparseLatents before, SparseLatents after, Tensor read)
    {
        using Tensor was = coder.Decode(before, read);
        Tensor shift = coder.Decode(after, read);
        Span<float> values = shift.Data;
        for (int i = 0; i < values.Length; i++)
            values[i] -= was.Data[i];
        return shift;
    }

    static Matrix Picked(Tensor from, IReadOnlyList<int> rows) =>
        new(rows.Count, from.Shape[1], (r, j) => from.Data[(rows[r] * from.Shape[1]) + j]);
}
