using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Activations of a known truth: features with random directions, each active now and then, added up.</summary>
/// <remarks>
/// x = Σ aᵢ dᵢ + noise. Directions are unit vectors; feature i is active with probability pᵢ ∝ 1 / (i + 1)^skew, meanActive in
/// all, at a strength between ½ and 1½. So features outnumber dimensions, and a dictionary is good where it finds them.
/// </remarks>
public sealed class SyntheticFeatures : IDisposable
{
    readonly double[] _probabilities;
    readonly float _noise;
    readonly Rng _rng;

    /// <summary>A truth of a seed.</summary>
    /// <param name="count">How many features.</param>
    /// <param name="width">How wide activations are.</param>
    /// <param name="meanActive">How many features are active in an activation, on average.</param>
    /// <param name="seed">The same seed gives the same directions and activations.</param>
    /// <param name="skew">How much more often the first features are active: 0 for all alike.</param>
    /// <param name="noise">Standard deviation of the noise in each dimension.</param>
    /// <exception cref="InputException">A number is out of range.</exception>
    public SyntheticFeatures(int count, int width, double meanActive, ulong seed, double skew = 0, float noise = 0)
    {
        if (count < 1 || width < 1 || !(meanActive > 0 && meanActive <= count) || !(skew >= 0) || !(noise >= 0))
            throw new InputException($"{count} features {width} wide, {meanActive} of them active, with skew {skew} and noise "
                + $"{noise} cannot be made: give 1 or more of each, no more active than there are, and nothing below 0");
        (_noise, _rng) = (noise, new Rng(seed).Fork("synthetic features"));
        double[] weights = [.. Enumerable.Range(0, count).Select(i => Math.Pow(i + 1, -skew))];
        _probabilities = [.. weights.Select(weight => Math.Min(1, meanActive * weight / weights.Sum()))];
        Directions = Tensor.Zeros(count, width);
        for (int i = 0; i < count * width; i++)
            Directions.Data[i] = _rng.Fork("directions").Normal((ulong)i);
        for (int i = 0; i < count; i++)
        {
            Span<float> row = Directions.Data.Slice(i * width, width);
            System.Numerics.Tensors.TensorPrimitives.Divide(row, MathF.Sqrt(Reduce.SumOfSquares(row)), row);
        }
    }

    /// <summary>[count, width], a unit vector for each feature.</summary>
    public Tensor Directions { get; }

    /// <summary>Activations [rows, width]: those of one index are always the same.</summary>
    public Tensor Batch(int rows, long index)
    {
        (int count, int width) = (Directions.Shape[0], Directions.Shape[1]);
        Tensor x = Tensor.Zeros(rows, width);
        Rng batch = _rng.Fork("batches").Fork(index), noise = _rng.Fork("noise").Fork(index);
        Work.For(rows, 16, (start, end) =>
        {
            for (int r = start; r < end; r++)
            {
                Rng own = batch.Fork(r);
                Span<float> row = x.Data.Slice(r * width, width);
                for (int i = 0; i < count; i++)
                    if (own.Uniform(2 * (ulong)i) < _probabilities[i])
                        System.Numerics.Tensors.TensorPrimitives.FusedMultiplyAdd(Directions.Data.Slice(i * width, width),
                            (float)(0.5 + own.Uniform((2 * (ulong)i) + 1)), row, row);
                for (int i = 0; i < width && _noise > 0; i++)
                    row[i] += _noise * noise.Normal((ulong)((r * width) + i));
            }
        });
        return x;
    }

    /// <summary>How well a dictionary recovers the features: the features paired with its latents.</summary>
    /// <exception cref="InputException">It writes another width.</exception>
    public DictionaryMatch Recovery(SparseCoder coder) => coder.Config.Outputs.Count == 1
        && coder.Config.Outputs[0].Width == Directions.Shape[1]
            ? DictionaryMatch.Of(Directions, coder.Weights.Decoders[0].Weight)
            : throw new InputException($"the dictionary does not write the {Directions.Shape[1]} numbers of the features alone");

    /// <inheritdoc/>
    public void Dispose() => Directions.Dispose();
}
