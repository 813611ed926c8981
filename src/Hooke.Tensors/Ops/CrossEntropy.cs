using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>Mean over rows of −log softmax(logits)[target], in nats.</summary>
    /// <param name="logits">[…, d_vocab]</param>
    /// <param name="targets">One token per row; a negative one leaves its row out.</param>
    /// <returns>[1]</returns>
    /// <exception cref="ArgumentException">There is not one target per row, or no row counts.</exception>
    public static Tensor CrossEntropy(Tensor logits, ReadOnlySpan<int> targets)
    {
        int[] kept = targets.ToArray();
        int counted = kept.Count(t => t >= 0);
        if (kept.Length != logits.Shape.Rows || counted == 0 || kept.Max() >= logits.Shape[^1])
            throw new ArgumentException($"{kept.Length} targets, {counted} of them counted, for logits {logits.Shape}");
        Tensor losses = Tensor.Uninitialized(kept.Length), logSums = Tensor.Uninitialized(kept.Length);
        Backend.Current.CrossEntropy(logits, kept, losses, logSums);
        Tensor mean = Tensor.From([Reduce.Sum(losses.Data) / counted], 1);
        losses.Dispose();
        if (Tape.For(logits) is { } tape)
        {
            (Tensor keptLogits, Tensor keptLogSums) = (tape.Keep(logits), tape.Keep(logSums));
            tape.Record(mean, dy =>
            {
                Tensor gradient = Tensor.Uninitialized(keptLogits.Shape);
                Backend.Current.CrossEntropyBackward(keptLogits, kept, keptLogSums, dy.Data[0] / counted, gradient);
                Tape.Accumulate(keptLogits, gradient);
            });
        }
        logSums.Dispose();
        return mean;
    }

    /// <summary>−log softmax(logits)[target] of every row, in nats; 0 where the target is negative. No gradient flows.</summary>
    /// <param name="logits">[…, d_vocab]</param>
    /// <param name="targets">One token per row.</param>
    /// <returns>[rows]</returns>
    /// <exception cref="ArgumentException">There is not one target per row, or one is not in the vocabulary.</exception>
    public static Tensor CrossEntropyOfRows(Tensor logits, ReadOnlySpan<int> targets)
    {
        int[] kept = targets.ToArray();
        if (kept.Length != logits.Shape.Rows || kept.Any(target => target >= logits.Shape[^1]))
            throw new ArgumentException($"{kept.Length} targets for logits {logits.Shape}");
        Tensor losses = Tensor.Uninitialized(kept.Length);
        using Tensor logSums = Tensor.Uninitialized(kept.Length);
        Backend.Current.CrossEntropy(logits, kept, losses, logSums);
        return losses;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>losses[r] = logSums[r] − logits[r, target], logSums[r] = log Σ exp logits[r]; 0 for a negative target.</summary>
    public abstract void CrossEntropy(Tensor logits, int[] targets, Tensor losses, Tensor logSums);

    /// <summary>gradient[r] = factor · (softmax(logits[r]) − one-hot(target)).</summary>
    public abstract void CrossEntropyBackward(Tensor logits, int[] targets, Tensor logSums, float factor, Tensor gradient);
}

internal sealed unsafe partial class CpuBackend
{
    public override void CrossEntropy(Tensor logits, int[] targets, Tensor losses, Tensor logSums)
    {
        int width = logits.Shape[^1];
        Work.For(targets.Length, RowGrain(width), (start, end) =>
        {
            float[] exponentials = new float[width];
            for (int r = start; r < end; r++)
            {
                losses.Data[r] = logSums.Data[r] = 0;
                if (targets[r] < 0)
                    continue;
                ReadOnlySpan<float> row = logits.Data.Slice(r * width, width);
                float max = Reduce.Max(row);
                TensorPrimitives.Subtract(row, max, exponentials);
                Elementary.Exp(exponentials, exponentials);
                logSums.Data[r] = max + Elementary.Log(Reduce.Sum(exponentials));
                losses.Data[r] = logSums.Data[r] - row[targets[r]];
            }
        });
    }

    public override void CrossEntropyBackward(
        Tensor logits, int[] targets, Tensor logSums, float factor, Tensor gradient)
    {
        int width = logits.Shape[^1];
        Work.For(targets.Length, RowGrain(width), (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Span<float> target = gradient.Data.Slice(r * width, width);
                if (targets[r] < 0)
                {
                    target.Clear();
                    continue;
                }
                TensorPrimitives.Subtract(logits.Data.Slice(r * width, width), logSums.Data[r], target);
                Elementary.Exp(target, target);
                TensorPrimitives.Multiply(target, factor, target);
                target[targets[r]] -= factor;
            }
        });
    }
}
