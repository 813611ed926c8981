namespace Hooke.Tensors.Tests;

public class AdamWTests
{
    static readonly AdamWSettings Settings = new(WeightDecay: 0.1f, MaxGradientNorm: 3);

    [Fact]
    public void Fifty_steps_are_those_of_the_algorithm_in_double_precision()
    {
        int[][] shapes = [[3, 5], [7], [2, 2, 3]];
        Tensor[] weights = [.. shapes.Select((shape, i) => Random((ulong)i, shape))];
        double[][] w = [.. weights.Select(Widen)], m = [.. w.Select(x => new double[x.Length])], v = [.. w.Select(x => new double[x.Length])];
        using AdamW optimiser = new(weights, Settings);
        for (int step = 1; step <= 50; step++)
        {
            Tensor[] gradients = [.. shapes.Select((shape, i) => Random((ulong)((step * 10) + i), shape))];
            float rate = 0.01f / step;
            optimiser.Step(gradients, rate);
            Naive(w, m, v, [.. gradients.Select(Widen)], shapes, step, rate);
        }
        Assert.Equal(50, optimiser.Steps);
        // A step moves a weight by 0.01/step, to a relative error of about 20 roundings; the weight, of size 4 at most,
        // is rounded three times: in all 50 · 3 · 4 · 2⁻²⁴.
        for (int i = 0; i < w.Length; i++)
            for (int j = 0; j < w[i].Length; j++)
                Assert.Equal(w[i][j], weights[i].Data[j], 50 * 3 * 4 * Math.Pow(2, -24));
    }

    [Fact]
    public void A_gradient_longer_than_allowed_is_scaled_down_to_it()
    {
        // Norm 20 over both parameters, allowed 3: the second moment tells the size of what was used.
        using Tensor a = Tensor.Zeros(2, 2), b = Tensor.Zeros(2);
        using AdamW optimiser = new([a, b], Settings);
        using Tensor ga = Tensor.From([8, 8, 8, 8], 2, 2), gb = Tensor.From([12, 0], 2);
        optimiser.Step([ga, gb], 0);
        (Tensor Mean, Tensor Square)[] moments = [.. optimiser.Moments];
        double used = Math.Sqrt(moments.Sum(pair => Widen(pair.Square).Sum()) / (1 - Settings.Beta2));
        Assert.Equal(3, used, 1e-5);
        Assert.Equal(0.1 * 8 * 3 / 20, moments[0].Mean.Data[0], 1e-6);
    }

    [Fact]
    public void A_short_gradient_is_used_as_it_is()
    {
        using Tensor a = Tensor.Zeros(2), g = Tensor.From([0.5f, -0.25f], 2);
        using AdamW optimiser = new([a], Settings);
        optimiser.Step([g], 0.125f);
        Assert.Equal([0.5f * (1 - 0.9f), -0.25f * (1 - 0.9f)], optimiser.Moments.First().Mean.Data.ToArray());
        Assert.Equal(-0.125, a.Data[0], 1e-6); // a first step is the rate, whatever the gradient's size
        Assert.Equal(0.125, a.Data[1], 1e-6);
    }

    [Fact]
    public void Only_matrices_decay()
    {
        using Tensor matrix = Tensor.From([1, 2], 1, 2), vector = Tensor.From([1, 2], 2);
        using Tensor none = Tensor.Zeros(1, 2), nothing = Tensor.Zeros(2);
        using AdamW optimiser = new([matrix, vector], Settings);
        optimiser.Step([none, nothing], 0.5f);
        Assert.Equal([1 - (0.5f * 0.1f), 2 - (0.5f * 0.1f * 2)], matrix.Data.ToArray());
        Assert.Equal([1f, 2f], vector.Data.ToArray());
    }

    [Fact]
    public void Going_on_from_copied_moments_gives_the_same_bytes()
    {
        using Tensor straight = Random(1, 9, 7), resumed = straight.Clone();
        using AdamW whole = new([straight], Settings), first = new([resumed], Settings), second = new([resumed], Settings);
        for (int step = 0; step < 20; step++)
            whole.Step([Random((ulong)step, 9, 7)], 0.01f);
        for (int step = 0; step < 8; step++)
            first.Step([Random((ulong)step, 9, 7)], 0.01f);
        foreach (((Tensor mean, Tensor square), (Tensor toMean, Tensor toSquare)) in first.Moments.Zip(second.Moments))
        {
            mean.Data.CopyTo(toMean.Data);
            square.Data.CopyTo(toSquare.Data);
        }
        second.GoTo(8);
        for (int step = 8; step < 20; step++)
            second.Step([Random((ulong)step, 9, 7)], 0.01f);
        Assert.Equal(Bits(straight), Bits(resumed));
    }

    [Fact]
    public void The_step_count_can_be_set_back_too()
    {
        using Tensor a = Random(1, 5), b = a.Clone(), g = Random(2, 5);
        using AdamW fresh = new([a], Settings), used = new([b], Settings);
        used.GoTo(9);
        used.GoTo(2);
        fresh.GoTo(2);
        fresh.Step([g], 0.1f);
        used.Step([g], 0.1f);
        Assert.Equal(3, used.Steps);
        Assert.Equal(Bits(a), Bits(b));
    }

    [Fact]
    public void Vectors_give_the_bits_of_the_same_steps_taken_one_number_at_a_time()
    {
        AdamStep step = new(0.9f, 0.98f, 1e-8f, 0.7f, 0.01f, 0.003f, 1.7f, 2.3f);
        foreach (int length in Enumerable.Range(1, 40).Append(40_003))
        {
            using Tensor w = Random(1, length), g = Random(2, length), m = Random(3, length), v = Random(4, length);
            for (int i = 0; i < length; i++)
                v.Data[i] = Math.Abs(v.Data[i]);
            (float[] ws, float[] ms, float[] vs) = (w.Data.ToArray(), m.Data.ToArray(), v.Data.ToArray());
            for (int i = 0; i < length; i++)
                One(step, g.Data[i], ref ws[i], ref ms[i], ref vs[i]);
            Backend.Current.AdamStep(w, g, m, v, step);
            Assert.Equal(Bits(ws), Bits(w));
            Assert.Equal(Bits(ms), Bits(m));
            Assert.Equal(Bits(vs), Bits(v));
        }
    }

    [Fact]
    public void Gradients_that_do_not_match_the_parameters_are_refused()
    {
        using Tensor a = Tensor.Zeros(2, 3), b = Tensor.Zeros(3, 2);
        using AdamW optimiser = new([a], Settings);
        Assert.Throws<ArgumentException>(() => optimiser.Step([b], 0.1f));
        Assert.Throws<ArgumentException>(() => optimiser.Step([], 0.1f));
        Assert.Throws<ArgumentException>(() => optimiser.Step([a, a], 0.1f));
        Assert.Equal(0, optimiser.Steps);
    }

    static void One(AdamStep step, float gradient, ref float w, ref float m, ref float v)
    {
        float g = gradient * step.GradientScale;
        m = (step.Beta1 * m) + ((1 - step.Beta1) * g);
        v = (step.Beta2 * v) + ((1 - step.Beta2) * (g * g));
        float root = MathF.Sqrt(v * step.SquareCorrection) + step.Epsilon;
        w = w - (step.LearningRate * (m * step.MeanCorrection / root)) - (step.Decay * w);
    }

    static void Naive(double[][] w, double[][] m, double[][] v, double[][] g, int[][] shapes, int step, double rate)
    {
        double norm = Math.Sqrt(g.Sum(x => x.Sum(y => y * y)));
        double clip = norm > Settings.MaxGradientNorm ? Settings.MaxGradientNorm / norm : 1;
        for (int i = 0; i < w.Length; i++)
            for (int j = 0; j < w[i].Length; j++)
            {
                double gradient = g[i][j] * clip, decay = shapes[i].Length > 1 ? Settings.WeightDecay : 0;
                m[i][j] = (Settings.Beta1 * m[i][j]) + ((1 - Settings.Beta1) * gradient);
                v[i][j] = (Settings.Beta2 * v[i][j]) + ((1 - Settings.Beta2) * gradient * gradient);
                double mean = m[i][j] / (1 - Math.Pow(Settings.Beta1, step)), square = v[i][j] / (1 - Math.Pow(Settings.Beta2, step));
                w[i][j] -= rate * ((mean / (Math.Sqrt(square) + Settings.Epsilon)) + (decay * w[i][j]));
            }
    }

    static double[] Widen(Tensor x) => [.. x.Data.ToArray().Select(v => (double)v)];

    static int[] Bits(Tensor x) => Bits(x.Data.ToArray());

    static int[] Bits(float[] x) => [.. x.Select(BitConverter.SingleToInt32Bits)];

    static Tensor Random(ulong stream, params int[] shape)
    {
        Tensor x = Tensor.Zeros(shape);
        for (int i = 0; i < x.Shape.Count; i++)
            x.Data[i] = new Rng(41, stream).Normal((ulong)i);
        return x;
    }
}
