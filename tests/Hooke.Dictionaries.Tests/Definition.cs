namespace Hooke.Dictionaries.Tests;

/// <summary>What a coder computes, one input at a time in double precision, straight from the definitions.</summary>
static class Definition
{
    public static void Check(SparseCoder coder, ReadOnlySpan<float> x, ReadOnlySpan<float> latents, ReadOnlySpan<float> output)
    {
        CoderConfig config = coder.Config;
        double[] input = [.. x.ToArray().Select(value => (double)value)];
        (double scale, double mean, double[] scaled) = Scaled(input, config.Scaling);
        double[] bias = Numbers(coder.Weights.Decoders[0].Bias!);
        double[] read = [.. scaled.Select((value, i) => value - (config.SubtractsDecoderBias ? bias[i] : 0))];
        double[] products = Times(read, Numbers(coder.Weights.Encoder), config.NLatents);
        double[] expected = Activated(coder, products);
        Near(expected, latents);
        double[] decoded = Times(expected, Numbers(coder.Weights.Decoders[0].Weight), x.Length);
        double[] skipped = coder.Weights.Decoders[0].Skip is { } skip ? Times(input, Numbers(skip), x.Length) : new double[x.Length];
        Near([.. decoded.Select((value, i) => ((value + bias[i]) * scale) + mean + skipped[i])], output);
    }

    static double[] Activated(SparseCoder coder, double[] products)
    {
        CoderConfig config = coder.Config;
        double[] bias = Numbers(coder.Weights.EncoderBias);
        double[] p = [.. products.Select((value, i) => value + bias[i])];
        bool Kept(int i) => config.Kind switch
        {
            CoderKind.TopK => p.Count(other => other > p[i]) < config.K,
            CoderKind.GroupMax => Group(p, i, config.K!.Value).All(other => other <= p[i]),
            CoderKind.JumpRelu or CoderKind.BatchTopK => p[i] > coder.Weights.Thresholds!.Data[i],
            _ => true,
        };
        if (config.Kind != CoderKind.Gated)
            return [.. p.Select((value, i) => !Kept(i) ? 0 : config.IsRectified ? Math.Max(value, 0) : value)];
        double[] scale = Numbers(coder.Weights.MagnitudeScale!), magnitude = Numbers(coder.Weights.MagnitudeBias!);
        return [.. products.Select((value, i) => p[i] > 0 ? Math.Max((value * Math.Exp(scale[i])) + magnitude[i], 0) : 0)];
    }

    static double[] Group(double[] p, int i, int k) => p.Chunk(p.Length / k).ElementAt(i / (p.Length / k));

    static (double Scale, double Mean, double[] Scaled) Scaled(double[] x, InputScaling scaling)
    {
        double mean = x.Average(), deviation = Math.Sqrt(x.Sum(value => (value - mean) * (value - mean)) / (x.Length - 1));
        double coefficient = Math.Sqrt(x.Length / x.Sum(value => value * value));
        return scaling switch
        {
            InputScaling.LayerNorm => (deviation, mean, [.. x.Select(value => (value - mean) / (deviation + 1e-5))]),
            InputScaling.ConstantNorm => (1 / coefficient, 0, [.. x.Select(value => value * coefficient)]),
            _ => (1, 0, x),
        };
    }

    static double[] Times(double[] x, double[] matrix, int columns) =>
        [.. Enumerable.Range(0, columns).Select(c => x.Select((value, r) => value * matrix[(r * columns) + c]).Sum())];

    static double[] Numbers(Tensor tensor) => [.. tensor.Data.ToArray().Select(value => (double)value)];

    // A few roundings of sums of at most 24 terms below 50.
    static void Near(double[] expected, ReadOnlySpan<float> found)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - found[i]) < 1e-4, $"{found[i]} at {i} where {expected[i]} is right");
    }
}
