using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace Hooke.Tensors.Tests;

public class ElementaryTests
{
    public static TheoryData<string> Names => [.. Functions.Keys];

    static readonly Dictionary<string, Function> Functions = new()
    {
        ["exp"] = new(Elementary.Exp, Elementary.Exp, Math.Exp, float.PositiveInfinity, 2),
        ["tanh"] = new(Elementary.Tanh, Elementary.Tanh, Math.Tanh, float.PositiveInfinity, 4),
        ["log"] = new(Elementary.Log, Elementary.Log, Math.Log, float.PositiveInfinity, 2),
        ["sin"] = new(Elementary.Sin, Elementary.Sin, Math.Sin, 268435456f, 4),
        ["cos"] = new(Elementary.Cos, Elementary.Cos, Math.Cos, 268435456f, 4),
        ["erf"] = new(Elementary.Erf, Elementary.Erf, ErrorFunction, float.PositiveInfinity, 4),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_error_stays_within_the_promised_ulps_over_all_magnitudes_and_a_dense_grid(string name)
    {
        Function f = Functions[name];
        float[] x = [.. EveryMagnitude().Concat(DenseGrid()).Where(v => !(MathF.Abs(v) > f.Limit))];
        float[] y = new float[x.Length];
        f.Spans(x, y);
        for (int i = 0; i < x.Length; i++)
            Assert.True(Within(y[i], f.Exact(x[i]), f.Ulps), $"{name}({x[i]:R}) is {y[i]:R}, not {f.Exact(x[i]):R}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scalars_and_spans_give_the_same_bits_at_every_length_and_in_place(string name)
    {
        Function f = Functions[name];
        Prop.ForAll<float[]>(x =>
        {
            float[] y = new float[x.Length];
            f.Spans(x, y);
            float[] inPlace = [.. x];
            f.Spans(inPlace, inPlace);
            return x.Select(f.Scalar).SequenceEqual(y) && y.SequenceEqual(inPlace);
        }).Check(Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL));
    }

    [Fact]
    public void Special_values_are_what_the_functions_have_as_limits()
    {
        const float Inf = float.PositiveInfinity, NaN = float.NaN, Tiny = float.Epsilon;
        Same([1, 1, 0, Inf, 1, 0, Inf, NaN], Elementary.Exp, [0, -0f, -Inf, Inf, Tiny, -104f, 88.73f, NaN]);
        Same([0, -0f, -1, 1, Tiny, -1, 1, NaN], Elementary.Tanh, [0, -0f, -Inf, Inf, Tiny, -10, 3e38f, NaN]);
        Same([-Inf, -Inf, NaN, Inf, 0, NaN, NaN, NaN], Elementary.Log, [0, -0f, -Inf, Inf, 1, -1, -Tiny, NaN]);
        Same([0, -0f, NaN, NaN, Tiny, NaN, NaN], Elementary.Sin, [0, -0f, -Inf, Inf, Tiny, NaN, 1e9f]);
        Same([1, 1, NaN, NaN, 1, NaN, NaN], Elementary.Cos, [0, -0f, -Inf, Inf, Tiny, NaN, 1e9f]);
        Same([0, -0f, -1, 1, -1, 1, NaN], Elementary.Erf, [0, -0f, -Inf, Inf, -4, 3e38f, NaN]);
    }

    /// <summary>They hold on every machine; run with DOTNET_EnableAVX2=0 and the like to see that they do.</summary>
    [Theory]
    [InlineData("exp", "1b3a70e876ce6488")]
    [InlineData("tanh", "6b7ae2f211f83f8e")]
    [InlineData("log", "ea3f1a19183f3340")]
    [InlineData("sin", "1463d8e06c8277b8")]
    [InlineData("cos", "2cbbac742ddcd799")]
    [InlineData("erf", "f90112eeaac16aaa")]
    public void The_bits_are_the_recorded_ones(string name, string sha256)
    {
        Function f = Functions[name];
        float[] x = [.. Enumerable.Range(0, 40_000).Select(i => (i - 20_000) / 256f)
            .Where(v => name != "log" || v > 0)];
        f.Spans(x, x);
        byte[] bytes = new byte[x.Length * 4];
        for (int i = 0; i < x.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), x[i]);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    static void Same(float[] expected, Func<float, float> f, float[] x) => Assert.Equal(
        expected.Select(v => float.IsNaN(v) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(v)),
        x.Select(f).Select(v => float.IsNaN(v) ? 0x7FC00000 : BitConverter.SingleToInt32Bits(v)));

    static IEnumerable<float> EveryMagnitude() =>
        Enumerable.Range(0, 200_000).Select(i => BitConverter.UInt32BitsToSingle((uint)i * 21_474u))
            .Where(v => !float.IsNaN(v));

    static IEnumerable<float> DenseGrid() => Enumerable.Range(-250_000, 500_001).Select(i => i / 2500f);

    static bool Within(float actual, double exact, double ulps)
    {
        if (double.IsNaN(exact) || float.IsInfinity((float)exact))
            return actual.Equals((float)exact);
        double ulp = Math.Max(Math.ScaleB(1, Math.ILogB(exact == 0 ? double.Epsilon : exact) - 23), float.Epsilon);
        return Math.Abs(actual - exact) <= ulps * ulp;
    }

    /// <summary>Taylor's series near zero, farther out the continued fraction (Abramowitz and Stegun 7.1.14).</summary>
    static double ErrorFunction(double x)
    {
        double size = Math.Abs(x);
        if (double.IsNaN(x) || size > 6)
            return double.IsNaN(x) ? x : Math.Sign(x);
        if (size < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; n < 80; n++)
            {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return sum * 2 / Math.Sqrt(Math.PI);
        }
        double fraction = 0;
        for (int k = 120; k > 0; k--)
            fraction = k / 2.0 / (size + fraction);
        return Math.Sign(x) * (1 - Math.Exp(-size * size) / (size + fraction) / Math.Sqrt(Math.PI));
    }

    delegate void SpanFunction(ReadOnlySpan<float> x, Span<float> y);

    sealed record Function(
        SpanFunction Spans, Func<float, float> Scalar, Func<double, double> Exact, float Limit, double Ulps);
}
