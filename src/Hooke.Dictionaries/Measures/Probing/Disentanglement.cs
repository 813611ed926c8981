using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// A question about one entity, asked with latents of the same question about another in place of its own: the answer should
/// become the other's where the latents' attribute is asked for, and stay where another one is.
/// </summary>
/// <param name="Base">The prompt that is run.</param>
/// <param name="Source">The prompt, as long, that the other entity's latents are taken from.</param>
/// <param name="From">The first position at which latents are exchanged, the entity's; they are up to the prompt's end.</param>
/// <param name="Answer">The token that is right with the latents exchanged.</param>
/// <param name="IsCause">Whether the attribute asked for is the one that is to change.</param>
public sealed record LatentSwap(IReadOnlyList<int> Base, IReadOnlyList<int> Source, int From, int Answer, bool IsCause);

/// <summary>How a mask is trained.</summary>
/// <param name="Seed">Of the order of the questions.</param>
/// <param name="Steps">Number of steps.</param>
/// <param name="Batch">Questions of a step, half of each kind.</param>
/// <param name="LearningRate">Of AdamW on the mask's logits.</param>
public sealed record MaskSettings(ulong Seed, int Steps = 60, int Batch = 48, float LearningRate = 0.1f);

/// <summary>
/// RAVEL's test of disentanglement: which latents carry one attribute, by a binary mask that is learned through the model.
/// </summary>
/// <remarks>
/// Latents become base + m·(source − base), m = σ(θ/T), and θ minimises the cross-entropy of the answers, T going from 1 to 0.05;
/// then those of θ &gt; 0 are exchanged whole. Source: Huang et al. 2024, arXiv:2402.17700, "MDBM"; SAEBench's RAVEL.
/// </remarks>
public sealed class Disentanglement(LatentPlace place)
{
    const double LastTemperature = 0.05;

    /// <summary>Learns which latents to exchange.</summary>
    /// <param name="swaps">Questions of both kinds.</param>
    /// <param name="settings">How to train.</param>
    /// <returns>For each latent whether it is exchanged.</returns>
    /// <exception cref="ArgumentException">One of the two kinds is missing, or a question's prompts differ in length.</exception>
    public bool[] Learn(IReadOnlyList<LatentSwap> swaps, MaskSettings settings)
    {
        LatentSwap[] causes = [.. swaps.Where(swap => swap.IsCause)], others = [.. swaps.Where(swap => !swap.IsCause)];
        if (causes.Length == 0 || others.Length == 0)
            throw new ArgumentException("a mask is learned from questions whose answer changes and from ones whose answer stays");
        if (swaps.Any(swap => swap.Base.Count != swap.Source.Count))
            throw new ArgumentException("latents are exchanged position by position: a question's prompts must be equally long");
        Draws draws = new Rng(settings.Seed).Fork("mask").Draw();
        using Tensor logits = Tensor.Zeros(place.Coder.Config.NLatents);
        using AdamW optimiser = new([logits], new AdamWSettings(Beta2: 0.99f, MaxGradientNorm: float.MaxValue));
        for (int step = 0; step < settings.Steps; step++)
        {
            double temperature = 1 - ((1 - LastTemperature) * step / Math.Max(1, settings.Steps - 1));
            LatentSwap[] batch = [.. Enumerable.Range(0, settings.Batch).Select(i => draws.Pick(i % 2 == 0 ? causes : others))];
            double[] mask = [.. logits.Data.ToArray().Select(theta => DoubleExp.Sigmoid(theta / temperature))];
            double[] gradient = Gradient(batch, mask);
            using Tensor slope = Tensor.From(
                [.. gradient.Select((value, i) => (float)(value * mask[i] * (1 - mask[i]) / temperature))], gradient.Length);
            optimiser.Step([slope], settings.LearningRate);
        }
        return [.. logits.Data.ToArray().Select(theta => theta > 0)];
    }

    /// <summary>For each question whether the answer is the likeliest next token of the whole vocabulary.</summary>
    /// <param name="swaps">The questions.</param>
    /// <param name="mask">Which latents are exchanged.</param>
    public bool[] Answers(IReadOnlyList<LatentSwap> swaps, IReadOnlyList<bool> mask)
    {
        double[] whole = [.. mask.Select(exchanged => exchanged ? 1.0 : 0)];
        return
        [
            .. swaps.Chunk(64).SelectMany(some =>
            {
                using Exchange exchange = new(place, some);
                using Run run = place.Run(exchange.Plain, exchange.Before, exchange.Mixed(whole));
                return some.Select((swap, i) => run.Top(1, i)[0].Token == swap.Answer).ToArray();
            }),
        ];
    }

    // ∂ mean cross-entropy / ∂ m
    double[] Gradient(LatentSwap[] batch, double[] mask)
    {
        using Exchange exchange = new(place, batch);
        (Run run, Tensor gradient) = place.RunWithGradient(exchange.Plain, exchange.Before, exchange.Mixed(mask), run =>
        {
            Tensor seed = Ops.Softmax(run.Logits);
            for (int i = 0; i < batch.Length; i++)
                seed.Data[(i * run.Logits.Shape[^1]) + batch[i].Answer] -= 1;
            return seed;
        });
        using (run)
        using (gradient)
            return exchange.Along(gradient, mask.Length);
    }

    /// <summary>The latents of both prompts of some questions, at the positions where they are exchanged.</summary>
    sealed class Exchange : IDisposable
    {
        readonly LatentPlace _place;
        readonly int _count;
        readonly List<(int Row, Dictionary<int, float> Base, Dictionary<int, float> Source)> _rows = [];

        public Exchange(LatentPlace place, LatentSwap[] swaps)
        {
            (_place, _count) = (place, swaps.Length);
            Plain = place.Plain(new TokenBatch([.. swaps.Select(swap => swap.Base)]));
            using PlainRun sources = place.Plain(new TokenBatch([.. swaps.Select(swap => swap.Source)]));
            int positions = Plain.Run.Tokens.Positions;
            for (int i = 0; i < swaps.Length; i++)
                for (int row = (i * positions) + swaps[i].From; row < (i * positions) + swaps[i].Base.Count; row++)
                    _rows.Add((row, Active(Plain.Latents, row), Active(sources.Latents, row)));
            Before = Changed((_, own, _) => own);
        }

        public PlainRun Plain { get; }

        public SparseLatents Before { get; }

        public SparseLatents Mixed(double[] mask) =>
            Changed((latent, own, other) => (float)(own + (mask[latent] * (other - own))));

        // Σ over positions of ⟨gradient, what the latent writes⟩ · (source − base), divided by the number of questions.
        public double[] Along(Tensor gradient, int nLatents)
        {
            int width = _place.Coder.Config.Outputs[0].Width;
            Tensor decoder = _place.Coder.Weights.Decoders[0].Weight;
            double[] sums = new double[nLatents];
            foreach ((int row, Dictionary<int, float> own, Dictionary<int, float> other) in _rows)
                foreach (int latent in own.Keys.Union(other.Keys).Order())
                {
                    ReadOnlySpan<float> written = LatentPlace.Row(decoder, latent, width);
                    double norm = _place.Coder.Config.ScalesByDecoderNorm ? MathF.Sqrt(Reduce.SumOfSquares(written)) : 1;
                    double difference = other.GetValueOrDefault(latent) - own.GetValueOrDefault(latent);
                    sums[latent] += Reduce.Dot(LatentPlace.Row(gradient, row, width), written) * difference / (norm * _count);
                }
            return sums;
        }

        public void Dispose() => Plain.Dispose();

        // Latents where they are exchanged, and none elsewhere.
        SparseLatents Changed(Func<int, float, float, float> value) => SparseLatents.OfRows(
            Plain.Latents.NLatents, Plain.Latents.Rows, _rows.Select(row => (row.Row, row.Base.Keys.Union(row.Source.Keys)
                .ToDictionary(i => i, i => value(i, row.Base.GetValueOrDefault(i), row.Source.GetValueOrDefault(i))))));

        static Dictionary<int, float> Active(SparseLatents latents, int row)
        {
            Dictionary<int, float> active = [];
            ReadOnlySpan<float> values = latents.ValuesOf(row);
            ReadOnlySpan<int> ids = latents.LatentsOf(row);
            for (int at = 0; at < ids.Length; at++)
                active[ids[at]] = values[at];
            return active;
        }
    }
}
