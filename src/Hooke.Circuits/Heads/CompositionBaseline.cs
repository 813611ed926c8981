using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>The composition score of heads with independent Gaussian weights of a model's shapes.</summary>
/// <param name="Mean">Mean over the random pairs.</param>
/// <param name="Low">2.5 % quantile of the random pairs: where one pair lies, not where the mean does.</param>
/// <param name="High">97.5 % quantile.</param>
/// <param name="Samples">How many random pairs.</param>
/// <param name="Seed">The seed of the weights.</param>
public sealed record CompositionBaseline(double Mean, double Low, double High, int Samples, ulong Seed)
{
    /// <summary>Draws random pairs of heads; queries, keys and values have the same shapes, so one baseline serves all.</summary>
    public static CompositionBaseline Of(int dModel, int dHead, ulong seed, int samples = 100)
    {
        double[] scores = new double[samples];
        Rng rng = new Rng(seed).Fork("composition");
        Work.For(samples, s =>
        {
            FactoredMatrix left = Random(rng.Fork(2L * s), dModel, dHead), right = Random(rng.Fork((2L * s) + 1), dModel, dHead);
            scores[s] = left.Times(right).Norm() / (left.Norm() * right.Norm());
        });
        double[] sorted = [.. scores.Order()];
        return new(scores.Sum() / samples, Quantile(sorted, 0.025), Quantile(sorted, 0.975), samples, seed);
    }

    static FactoredMatrix Random(Rng rng, int dModel, int dHead)
    {
        (Rng a, Rng b) = (rng.Fork("a"), rng.Fork("b"));
        return new(
            new(dModel, dHead, (i, j) => a.Normal((ulong)((i * dHead) + j))),
            new(dHead, dModel, (i, j) => b.Normal((ulong)((i * dModel) + j))));
    }

    static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
