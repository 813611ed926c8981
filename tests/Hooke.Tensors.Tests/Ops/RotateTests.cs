using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class RotateTests
{
    [Theory]
    [InlineData(4, 4, 0), InlineData(8, 16, 0), InlineData(4, 11, 3), InlineData(2, 2, 40)]
    public void Pairs_of_dimensions_are_turned_and_the_rest_is_left(int rotaryDimensions, int dHead, int firstPosition)
    {
        float[] frequencies = RotaryTable.Frequencies(10_000, rotaryDimensions);
        RotaryTable table = new(frequencies, 64);
        OpCheck.Run(x => Ops.Rotate(x[0], table, [firstPosition, firstPosition]),
            x => Oracle(x[0], frequencies, 5, 3, dHead, firstPosition), 1,
            Tolerance.Of(6, 2 * Math.Sqrt(2), "cos and sin to 1.6 ulp, two products and a sum, of lengths up to 2√2"),
            Tolerance.Of(6, 2, "the same turned back, of weights up to 1"), OpInput.Of(2, 5, 3, dHead));
    }

    [Fact]
    public void Sequences_of_one_batch_may_stand_at_different_positions()
    {
        RotaryTable table = new(RotaryTable.Frequencies(10_000, 8), 64);
        using Tensor x = Random(4, 3, 2, 2, 8), together = Ops.Rotate(x, table, [0, 40, 7]);
        float[] values = x.Data.ToArray();
        foreach ((int sequence, int first) in new[] { (0, 0), (1, 40), (2, 7) })
        {
            using Tensor one = Tensor.From(values.AsSpan(sequence * 32, 32), 1, 2, 2, 8), alone = Ops.Rotate(one, table, [first]);
            Assert.Equal(alone.Data.ToArray(), together.Data.Slice(sequence * 32, 32).ToArray());
        }
    }

    [Fact]
    public void Turning_keeps_the_length_of_every_head()
    {
        RotaryTable table = new(RotaryTable.Frequencies(500_000, 32), 300);
        using Tensor x = Random(1, 1, 300, 2, 32), y = Ops.Rotate(x, table);
        double[] before = Squares(x, 32), after = Squares(y, 32);
        for (int i = 0; i < before.Length; i++)
            Assert.Equal(1, after[i] / before[i], 8 * Math.Pow(2, -24)); // cos² + sin² errs by 3.2 ulp, the rest by 4
    }

    [Fact]
    public void A_product_of_turned_vectors_depends_on_their_distance_alone()
    {
        RotaryTable table = new(RotaryTable.Frequencies(10_000, 16), 128);
        using Tensor q = Random(2, 1, 1, 1, 16), k = Random(3, 1, 1, 1, 16);
        double[] products = [.. Enumerable.Range(0, 11).Select(i =>
        {
            int at = 9 * i;
            using Tensor turnedQ = Ops.Rotate(q, table, [at + 7]), turnedK = Ops.Rotate(k, table, [at]);
            return turnedQ.Data.ToArray().Zip(turnedK.Data.ToArray(), (a, b) => (double)a * b).Sum();
        })];
        // An angle of up to 97 radians is a float, rounded to 2⁻¹⁸; a vector of length 4 or so turned that much less.
        Assert.All(products, p => Assert.Equal(products[0], p, 16 * Math.Pow(2, -18)));
    }

    [Theory]
    [InlineData(10_000, 2), InlineData(10_000, 16), InlineData(10_000, 128), InlineData(500_000, 64)]
    [InlineData(500_000, 128), InlineData(1_000_000, 80), InlineData(1_000_000, 256), InlineData(2, 8), InlineData(1.5, 512)]
    public void Frequencies_are_powers_of_the_base_to_half_a_unit_in_the_last_place(double theta, int dimensions)
    {
        float[] frequencies = RotaryTable.Frequencies(theta, dimensions);
        Assert.Equal(dimensions / 2, frequencies.Length);
        for (int i = 0; i < frequencies.Length; i++)
        {
            double exact = Math.Pow(theta, -2.0 * i / dimensions);
            Assert.Equal(1, frequencies[i] / exact, 1.001 * Math.Pow(2, -24));
        }
    }

    [Theory]
    [InlineData(4, 5, 0), InlineData(8, 4, 0), InlineData(4, 4, 2), InlineData(4, 3, -1)]
    public void Positions_and_dimensions_the_table_does_not_have_are_refused(int rotaryDimensions, int positions, int first)
    {
        RotaryTable table = new(RotaryTable.Frequencies(10_000, rotaryDimensions), 4);
        using Tensor x = Tensor.Zeros(1, positions, 1, 6);
        Assert.Throws<ArgumentException>(() => Ops.Rotate(x, table, [first]));
    }

    static Tensor Random(ulong stream, params int[] shape)
    {
        Tensor x = Tensor.Zeros(shape);
        for (int i = 0; i < x.Shape.Count; i++)
            x.Data[i] = new Rng(21, stream).Normal((ulong)i);
        return x;
    }

    static double[] Squares(Tensor x, int width) => [.. x.Data.ToArray().Chunk(width).Select(head => head.Sum(v => (double)v * v))];

    static double[] Oracle(double[] x, float[] frequencies, int positions, int heads, int dHead, int firstPosition)
    {
        double[] y = [.. x];
        int pairs = frequencies.Length;
        for (int head = 0; head < x.Length / dHead; head++)
            for (int i = 0; i < pairs; i++)
            {
                float angle = (firstPosition + (head / heads % positions)) * frequencies[i]; // a float, as upstream has it
                (double cos, double sin) = (Math.Cos(angle), Math.Sin(angle));
                (int first, int second) = ((head * dHead) + i, (head * dHead) + i + pairs);
                (y[first], y[second]) = ((x[first] * cos) - (x[second] * sin), (x[second] * cos) + (x[first] * sin));
            }
        return y;
    }
}
