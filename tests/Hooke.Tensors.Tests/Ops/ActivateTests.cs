using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class ActivateTests
{
    static readonly Tolerance Forward =
        Tolerance.Of(4, 4, "tanh, erf and exp err by 2.5 ulp at most, times x / 2, which three more roundings follow");

    static readonly Tolerance Backward =
        Tolerance.Of(6, 4, "2.5 ulp of tanh count twice in 1 − tanh², and inner slopes reach 5 there");

    public static TheoryData<Activation> Kinds => [.. Enum.GetValues<Activation>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Values_and_slopes_are_those_of_the_formula_at_any_width(Activation f)
    {
        for (int width = 1; width <= 40; width++)
            OpCheck.Run(x => Ops.Activate(x[0], f), x => [.. x[0].Select(v => Exact(f, v))], (ulong)width, Forward, Backward,
                OpInput.Of(width).Between(-4, 4));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_element_has_the_same_bits_wherever_it_stands(Activation f)
    {
        float[] values = [.. Enumerable.Range(0, 40_001).Select(i => new Rng(3).Normal((ulong)i) * 3)];
        using Tensor x = Tensor.From(values, values.Length);
        (float[] y, float[] slope) = ValueAndSlope(x, f);
        for (int i = 0; i < values.Length; i += 1237)
        {
            using Tensor one = Tensor.From([values[i]], 1);
            (float[] single, float[] singleSlope) = ValueAndSlope(one, f);
            Assert.Equal((BitConverter.SingleToInt32Bits(y[i]), BitConverter.SingleToInt32Bits(slope[i])),
                (BitConverter.SingleToInt32Bits(single[0]), BitConverter.SingleToInt32Bits(singleSlope[0])));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Far_from_zero_every_kind_is_the_identity_or_nothing(Activation f)
    {
        float[] values = [-1e18f, -1e6f, -300f, -120f, 120f, 300f, 1e6f, 1e18f, 0f];
        using Tensor x = Tensor.From(values, values.Length);
        (float[] y, float[] slope) = ValueAndSlope(x, f);
        for (int i = 0; i < values.Length - 1; i++)
        {
            Assert.Equal(Math.Max(values[i], 0), y[i], 1e-30f);
            Assert.Equal(values[i] > 0 ? 1 : 0, slope[i], 1e-30f);
        }
        Assert.Equal(0, y[^1]);
        Assert.Equal(f == Activation.Relu ? 0 : 0.5f, slope[^1]);
    }

    static (float[] Value, float[] Slope) ValueAndSlope(Tensor x, Activation f)
    {
        using Tape tape = new();
        tape.Watch(x);
        using Tensor y = Ops.Activate(x, f), dx = tape.Gradients(y, null, x)[0];
        return (y.Data.ToArray(), dx.Data.ToArray());
    }

    static double Exact(Activation f, double x) => f switch
    {
        Activation.Relu => Math.Max(x, 0),
        Activation.GeluTanh => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        Activation.Gelu => x / 2 * (1 + ErrorFunction(x / Math.Sqrt(2))),
        _ => x / (1 + Math.Exp(-x)),
    };

    // 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · … · (2n + 1)): no terms cancel (Abramowitz and Stegun 7.1.6).
    static double ErrorFunction(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
