using FsCheck;
using FsCheck.Fluent;
using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class MatMulTests
{
    static readonly Config Replay = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL).WithMaxTest(40);

    [Theory]
    [InlineData(new[] { 3, 5 }, 4, false), InlineData(new[] { 3, 5 }, 4, true)]
    [InlineData(new[] { 2, 3, 7 }, 17, false), InlineData(new[] { 2, 3, 7 }, 17, true)]
    [InlineData(new[] { 2, 1, 3, 9 }, 33, false), InlineData(new[] { 2, 1, 3, 9 }, 33, true)]
    [InlineData(new[] { 1, 1 }, 1, false), InlineData(new[] { 40, 50 }, 70, false), InlineData(new[] { 40, 50 }, 70, true)]
    public void A_product_with_and_without_a_bias_is_that_of_the_definition(int[] shape, int outputs, bool transposed)
    {
        int rows = shape[..^1].Aggregate(1, (a, b) => a * b), inputs = shape[^1];
        OpInput x = OpInput.Of(shape), b = OpInput.Of(outputs);
        OpInput weight = transposed ? OpInput.Of(outputs, inputs) : OpInput.Of(inputs, outputs);
        Tolerance forward = Tolerance.OfTerms(inputs + 1, "each input adds one fused product, the bias one more");
        Tolerance backward = Tolerance.OfTerms(Math.Max(rows, outputs), "a gradient is a sum over rows or over outputs");
        OpCheck.Run(t => Ops.MatMul(t[0], t[1], t[2], transposed), t => Oracle(t[0], t[1], t[2], inputs, transposed), 1,
            forward, backward, x, weight, b);
        OpCheck.Run(t => Ops.MatMul(t[0], t[1], null, transposed), t => Oracle(t[0], t[1], new double[outputs], inputs, transposed),
            2, forward, backward, x, weight);
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void A_constant_weight_gives_the_same_bits_in_both_directions(bool transposed)
    {
        using Tensor x = Random(1, 2, 3, 21), w = Random(2, transposed ? [37, 21] : [21, 37]), b = Random(3, 37);
        using Tensor constant = w.Clone().AsConstant();
        (float[] y, float[] dx) = Both(x, w, b, transposed);
        (float[] packedY, float[] packedDx) = Both(x, constant, b, transposed);
        Assert.Equal(y, packedY);
        Assert.Equal(dx, packedDx);
    }

    [Fact]
    public void Products_of_any_shape_are_those_of_the_definition() =>
        Prop.ForAll(Gen.Choose(1, 24).Three().ToArbitrary(), sizes =>
        {
            (int rows, int inputs, int outputs) = sizes;
            OpCheck.Run(t => Ops.MatMul(t[0], t[1], t[2]), t => Oracle(t[0], t[1], t[2], inputs, false), (ulong)(rows + outputs),
                Tolerance.OfTerms(inputs + 1, "each input adds one fused product"), Tolerance.Exact,
                OpInput.Of(rows, inputs).WithoutGradient(), OpInput.Of(inputs, outputs).WithoutGradient(),
                OpInput.Of(outputs).WithoutGradient());
        }).Check(Replay);

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 4, 5 }, 5), InlineData(new[] { 2, 3 }, new[] { 3, 5 }, 4)]
    [InlineData(new[] { 2, 3 }, new[] { 1, 3, 5 }, 5)]
    public void Shapes_that_do_not_fit_are_refused(int[] x, int[] weight, int bias)
    {
        using Tensor left = Tensor.Zeros(x), right = Tensor.Zeros(weight), row = Tensor.Zeros(bias);
        Assert.Throws<ArgumentException>(() => Ops.MatMul(left, right, row));
    }

    static (float[] Y, float[] Dx) Both(Tensor x, Tensor w, Tensor b, bool transposed)
    {
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.MatMul(x, w, b, transposed), dx = tape.Gradients(y, null, x)[0];
        return (y.Data.ToArray(), dx.Data.ToArray());
    }

    static Tensor Random(ulong stream, params int[] shape)
    {
        Tensor x = Tensor.Zeros(shape);
        for (int i = 0; i < x.Shape.Count; i++)
            x.Data[i] = new Rng(11, stream).Normal((ulong)i);
        return x;
    }

    static double[] Oracle(double[] x, double[] weight, double[] bias, int inputs, bool transposed)
    {
        int outputs = bias.Length, rows = inputs == 0 ? x.Length : x.Length / inputs;
        double[] y = new double[rows * outputs];
        for (int r = 0; r < rows; r++)
            for (int o = 0; o < outputs; o++)
            {
                y[(r * outputs) + o] = bias[o];
                for (int i = 0; i < inputs; i++)
                    y[(r * outputs) + o] += x[(r * inputs) + i] * (transposed ? weight[(o * inputs) + i] : weight[(i * outputs) + o]);
            }
        return y;
    }
}
