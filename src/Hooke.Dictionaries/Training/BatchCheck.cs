using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Refuses batches that do not fit, or hold what is no number.</summary>
static class BatchCheck
{
    /// <exception cref="InputException">The batch does not fit; the message says where.</exception>
    public static void Require(DictionaryTrainer trainer, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> targets)
    {
        if (inputs.Count != trainer.Places.Count || targets.Count != trainer.Targets.Count)
            throw new ArgumentException($"{inputs.Count} inputs and {targets.Count} targets for {trainer.Places.Count} coders "
                + $"that write {trainer.Targets.Count} sites");
        int rows = inputs[0].Shape[0];
        for (int c = 0; c < inputs.Count; c++)
        {
            IReadOnlyList<CoderSite> read = trainer.Places[c].Inputs;
            Require(inputs[c], rows, read.Sum(site => site.Width), string.Join(", ", read));
        }
        for (int s = 0; s < targets.Count; s++)
            if (!inputs.Contains(targets[s]))
                Require(targets[s], rows, trainer.Targets[s].Width, $"{trainer.Targets[s]}");
    }

    static void Require(Tensor batch, int rows, int width, string where)
    {
        if (batch.Shape.Rank != 2 || batch.Shape[1] != width || batch.Shape[0] != rows || rows == 0)
            throw new InputException($"a batch of shape {batch.Shape} for {where}, where [{Math.Max(1, rows)}, {width}] belongs");
        Work.For(rows, SparseRows.Grain, (start, end) =>
        {
            for (int r = start; r < end; r++)
                if (!float.IsFinite(Reduce.SumOfSquares(batch.Data.Slice(r * width, width))))
                    throw new InputException($"row {r} of a batch for {where} holds a NaN, an infinity or a number too "
                        + "large to square");
        });
    }
}
