using FsCheck;
using FsCheck.Fluent;
using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class AddTests
{
    static readonly Config Replay = Config.QuickThrowOnFailure.WithReplay(20260101UL, 7UL);

    [Fact]
    public void A_sum_and_its_gradients_are_those_of_arithmetic() =>
        OpCheck.Run(x => Ops.Add(x[0], x[1]), x => Sum(x[0], x[1]), 1, Tolerance.Exact,
            Tolerance.Of(0, 0, "the gradient is the seed itself"), OpInput.Of(3, 4, 5), OpInput.Of(3, 4, 5));

    [Fact]
    public void A_tensor_added_to_itself_has_twice_the_gradient() =>
        OpCheck.Run(x => Ops.Add(x[0], x[0]), x => Sum(x[0], x[0]), 2, Tolerance.Exact,
            Tolerance.Of(0, 0, "doubling is exact"), OpInput.Of(7));

    [Fact]
    public void A_sum_longer_than_one_chunk_of_work_is_whole() =>
        OpCheck.Run(x => Ops.Add(x[0], x[1]), x => Sum(x[0], x[1]), 3, Tolerance.Exact,
            Tolerance.Of(0, 0, "the gradient is the seed itself"), OpInput.Of(17_021), OpInput.Of(17_021));

    [Fact]
    public void A_sum_of_any_length_is_exact() => Prop.ForAll(Gen.Choose(0, 100).ToArbitrary(), length =>
        OpCheck.Run(x => Ops.Add(x[0], x[1]), x => Sum(x[0], x[1]), (ulong)length, Tolerance.Exact, Tolerance.Exact,
            OpInput.Of(length).WithoutGradient(), OpInput.Of(length).WithoutGradient())).Check(Replay);

    [Fact]
    public void Different_shapes_are_refused()
    {
        using Tensor a = Tensor.Zeros(2, 3), b = Tensor.Zeros(3, 2);
        Assert.Contains("[2, 3] and [3, 2]", Assert.Throws<ArgumentException>(() => Ops.Add(a, b)).Message, StringComparison.Ordinal);
    }

    static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (p, q) => p + q)];
}
