using System.Numerics.Tensors;

namespace Hooke.Tensors;

public static partial class Ops
{
    /// <summary>
    /// Mean over rows of Σ p (log p − log q), in nats: p = softmax(reference), held constant, q = softmax(logits).
    /// </summary>
    /// <param name="reference">[…, d_vocab]; no gradient flows to it</param>
    /// <param name="logits">[…, d_vocab]</param>
    /// <returns>[1]</returns>
    /// <remarks>∂logits = ∂y (q − p) / rows. Source: Kullback and Leibler 1951, "On information and sufficiency".</remarks>
    /// <exception cref="ArgumentException">The shapes differ, or there is no row.</exception>
    public static Tensor KullbackLeibler(Tensor reference, Tensor logits)
    {
        RequireSame(reference, logits, "a divergence");
        int rows = logits.Shape.Rows;
        if (rows == 0)
            throw new ArgumentException($"a divergence of logits {logits.Shape}, which have no rows");
        using Tensor losses = Tensor.Uninitialized(rows), logSums = Tensor.Uninitialized(2, rows);
        Backend.Current.KullbackLeibler(reference, logits, losses, logSums);
        Tensor mean = Tensor.From([Reduce.Sum(losses.Data) / rows], 1);
        if (Tape.For(logits) is { } tape)
        {
            (Tensor keptReference, Tensor keptLogits, Tensor keptSums) =
                (tape.Keep(reference), tape.Keep(logits), tape.Keep(logSums));
            tape.Record(mean, dy =>
            {
                Tensor gradient = Tensor.Uninitialized(keptLogits.Shape);
                Backend.Current.KullbackLeiblerBackward(
                    keptReference, keptLogits, keptSums, dy.Data[0] / rows, gradient);
                Tape.Accumulate(keptLogits, gradient);
            });
        }
        return mean;
    }

    /// <summary>
    /// Σ p (log p − log q) of every row, in nats: p = softmax(reference), q = softmax(logits). No gradient flows.
    /// </summary>
    /// <param name="reference">[…, d_vocab]</param>
    /// <param name="logits">[…, d_vocab]</param>
    /// <returns>[rows]</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor KullbackLeiblerOfRows(Tensor reference, Tensor logits)
    {
        RequireSame(reference, logits, "a divergence");
        int rows = logits.Shape.Rows;
        Tensor losses = Tensor.Uninitialized(rows);
        using Tensor logSums = Tensor.Uninitialized(2, rows);
        Backend.Current.KullbackLeibler(reference, logits, losses, logSums);
        return losses;
    }
}

internal abstract unsafe partial class Backend
{
    /// <summary>losses[r] = Σ p (log p − log q); logSums [2, rows] gets log Σ exp of reference and of logits.</summary>
    public abstract void KullbackLeibler(Tensor reference, Tensor logits, Tensor losses, Tensor logSums);

    /// <summary>gradient = factor · (softmax(logits) − softmax(reference)).</summary>
    public abstract void KullbackLeiblerBackward(
        Tensor reference, Tensor logits, Tensor logSums, float factor, Tensor gradient);
}

internal sealed unsafe partial class CpuBackend
{
    public override void KullbackLeibler(Tensor reference, Tensor logits, Tensor losses, Tensor logSums)
    {
        int width = logits.Shape[^1], rows = losses.Shape.Count;
        Work.For(rows, RowGrain(width), (start, end) =>
        {
            float[] p = new float[width], difference = new float[width];
            for (int r = start; r < end; r++)
            {
                ReadOnlySpan<float> from = reference.Data.Slice(r * width, width), to = logits.Data.Slice(r * width, width);
                float fromSum = LogSumExp(from, p), toSum = LogSumExp(to, p);
                (logSums.Data[r], logSums.Data[rows + r]) = (fromSum, toSum);
                TensorPrimitives.Subtract(from, fromSum, p);
                TensorPrimitives.Subtract(to, toSum, difference);
                TensorPrimitives.Subtract(p, difference, difference);
                Elementary.Exp(p, p);
                losses.Data[r] = Reduce.Dot(p, difference);
            }
        });
    }

    public override void KullbackLeiblerBackward(
        Tensor reference, Tensor logits, Tensor logSums, float factor, Tensor gradient)
    {
        int width = logits.Shape[^1], rows = logits.Shape.Rows;
        Work.For(rows, RowGrain(width), (start, end) =>
        {
            float[] p = new float[width];
            for (int r = start; r < end; r++)
            {
                Span<float> target = gradient.Data.Slice(r * width, width);
                TensorPrimitives.Subtract(reference.Data.Slice(r * width, width), logSums.Data[r], p);
                TensorPrimitives.Subtract(logits.Data.Slice(r * width, width), logSums.Data[rows + r], target);
                Elementary.Exp(p, p);
                Elementary.Exp(target, target);
                TensorPrimitives.Subtract(target, p, target);
                TensorPrimitives.Multiply(target, factor, target);
            }
        });
    }

    static float LogSumExp(ReadOnlySpan<float> row, float[] scratch)
    {
        float max = Reduce.Max(row);
        TensorPrimitives.Subtract(row, max, scratch);
        Elementary.Exp(scratch, scratch);
        return max + Elementary.Log(Reduce.Sum(scratch));
    }
}
