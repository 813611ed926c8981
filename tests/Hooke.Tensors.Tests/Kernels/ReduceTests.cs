using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests;

public class ReduceTests
{
    static readonly Config Settings = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    [Fact]
    public void Sums_are_the_written_out_order_bit_for_bit_at_every_length()
    {
        for (int length = 0; length <= 300; length++)
        {
            float[] x = Numbers(length, 1), y = Numbers(length, 2);
            Assert.Equal(InOrder(length, i => x[i]), Reduce.Sum(x));
            Assert.Equal(InOrder(length, i => x[i] * y[i]), Reduce.Dot(x, y));
            Assert.Equal(InOrder(length, i => x[i] * x[i]), Reduce.SumOfSquares(x));
            Assert.Equal(InOrder(length, i => (x[i] - 0.3f) * (x[i] - 0.3f)), Reduce.SumOfSquaredDifferences(x, 0.3f));
        }
    }

    [Fact]
    public void Sums_are_close_to_the_sum_in_double_precision() =>
        Prop.ForAll<int>(seed =>
        {
            int length = (int)(new Rng((ulong)seed).Bits(0) % 5000);
            float[] x = Numbers(length, seed), y = Numbers(length, seed + 1);
            double[] terms = [.. x.Zip(y, (a, b) => (double)a * b)];
            double exact = terms.Sum(), size = terms.Sum(Math.Abs);
            // Each term passes at most length / 32 + 12 roundings of relative size 2⁻²⁴.
            return Math.Abs(Reduce.Dot(x, y) - exact) <= size * (length / 32 + 12) * Math.Pow(2, -24);
        }).Check(Settings);

    [Fact]
    public void The_maximum_is_found_wherever_it_is()
    {
        for (int length = 1; length <= 70; length++)
        {
            for (int at = 0; at < length; at++)
            {
                float[] x = Numbers(length, 5);
                x[at] = 100;
                Assert.Equal(100, Reduce.Max(x));
                x[at] = float.NaN;
                Assert.Equal(float.NaN, Reduce.Max(x));
            }
        }
        Assert.Equal(float.NegativeInfinity, Reduce.Max([]));
        Assert.Equal(-5, Reduce.Max([-7, -5, -6]));
    }

    [Fact]
    public void A_dot_product_of_unequal_lengths_is_refused() =>
        Assert.Throws<ArgumentException>(() => Reduce.Dot([1, 2], [1]));

    static float[] Numbers(int length, int seed)
    {
        Rng rng = new((ulong)seed, 11);
        return [.. Enumerable.Range(0, length).Select(i => rng.Normal((ulong)i))];
    }

    static float InOrder(int length, Func<int, float> term)
    {
        float[,] blocks = new float[4, 8];
        int i = 0;
        for (; i + 32 <= length; i += 32)
        {
            for (int lane = 0; lane < 32; lane++)
                blocks[lane / 8, lane % 8] += term(i + lane);
        }
        float[] l = [.. Enumerable.Range(0, 8)
            .Select(j => (blocks[0, j] + blocks[1, j]) + (blocks[2, j] + blocks[3, j]))];
        for (int lane = 0; i < length; i++, lane++)
            l[lane % 8] += term(i);
        return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
    }
}
