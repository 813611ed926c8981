using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class EditTests
{
    static readonly (int Start, int Length)[] Runs = [(2, 3), (9, 1), (11, 12)];
    static readonly float[] Addend = [.. Enumerable.Range(0, 16).Select(i => new Rng(5).Normal((ulong)i))];

    [Theory]
    [InlineData(0f, true), InlineData(0f, false), InlineData(1f, true), InlineData(1f, false)]
    [InlineData(0.3f, true), InlineData(2.5f, false), InlineData(-1.5f, true)]
    public void Elements_inside_the_runs_are_scaled_and_added_to_and_others_left(float factor, bool adds)
    {
        float[] addend = adds ? Addend : [];
        Tolerance tolerance = Tolerance.Of(2, 9, "a product and a sum of numbers up to 9");
        OpCheck.Run(x => Ops.Edit(x[0], Runs, factor, addend), x => Oracle(x[0], factor, addend), 1, tolerance, tolerance,
            OpInput.Of(4, 6));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Overwriting_ends_a_number_that_is_none(bool adds)
    {
        float[] values = [.. Enumerable.Repeat(float.NaN, 6), .. Enumerable.Repeat(float.PositiveInfinity, 6)];
        using Tensor x = Tensor.From(values, 12);
        using Tape tape = new();
        tape.Watch(x);
        float[] addend = [.. Enumerable.Range(1, 12).Select(i => (float)i)];
        using Tensor y = Ops.Edit(x, [(0, 12)], 0, adds ? addend : []);
        using Tensor seed = Tensor.From(values, 12), dx = tape.Gradients(y, seed, x)[0];
        Assert.Equal(adds ? addend : new float[12], y.Data.ToArray());
        Assert.Equal(new float[12], dx.Data.ToArray());
    }

    [Fact]
    public void The_input_itself_is_not_changed()
    {
        using Tensor x = Tensor.From([1, 2, 3], 3), y = Ops.Edit(x, [(0, 3)], 0, [7, 8, 9]);
        Assert.Equal([1f, 2f, 3f], x.Data.ToArray());
    }

    [Fact]
    public void An_addend_of_another_length_than_the_runs_is_refused()
    {
        using Tensor x = Tensor.Zeros(4);
        Assert.Throws<ArgumentException>(() => Ops.Edit(x, [(0, 2)], 1, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Edit(x, [(3, 2)], 1, [1, 2]));
    }

    static double[] Oracle(double[] x, float factor, float[] addend)
    {
        double[] y = [.. x];
        int read = 0;
        foreach ((int start, int length) in Runs)
            for (int i = start; i < start + length; i++)
                y[i] = (factor * x[i]) + (addend.Length == 0 ? 0 : addend[read++]);
        return y;
    }
}
