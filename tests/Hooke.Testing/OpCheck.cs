using Hooke.Tensors;

namespace Hooke.Testing;

/// <summary>
/// Holds an operation against a naive double-precision oracle: its values, and the gradient of ⟨y, w⟩ for random w
/// against central finite differences of the oracle.
/// </summary>
public static class OpCheck
{
    // Differences of the oracle err by Step²/6 times its third derivative and 2⁻⁵³/Step times its value: both near 1e-10.
    const double Step = 1.0 / (1 << 15);
    const double DifferenceNoise = 1e-9;
    const int MostElements = 24; // of one input; of a larger one that many are drawn

    /// <summary>Checks values, gradients, and that what else is watched changes no bit of either.</summary>
    /// <param name="op">The operation, given one tensor per input.</param>
    /// <param name="oracle">The same, given each input's elements in row-major order.</param>
    /// <param name="seed">Of the inputs and of w.</param>
    /// <param name="forward">Allowed for values.</param>
    /// <param name="backward">Allowed for gradients.</param>
    /// <param name="inputs">What the operation takes.</param>
    public static void Run(
        Func<Tensor[], Tensor> op, Func<double[][], double[]> oracle, ulong seed, Tolerance forward, Tolerance backward,
        params OpInput[] inputs)
    {
        Rng rng = new(seed);
        float[][] values = [.. inputs.Select((input, i) => input.Draw(rng.Fork(i)))];
        double[][] exact = Widen(values);
        double[] expected = oracle(exact);
        double[] terms = forward.FollowsTerms ? oracle(Absolute(exact)) : [];
        float[] actual = Forward(op, inputs, values);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            forward.Check($"element {i}", expected[i], actual[i], terms.Length == 0 ? 0 : terms[i]);

        int[] differentiable = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].HasGradient)];
        if (differentiable.Length == 0)
            return;
        Draws draws = rng.Fork("weights of the outputs").Draw();
        float[] weights = [.. expected.Select(y => double.IsFinite(y) ? (float)((2 * draws.Uniform()) - 1) : 0)];
        float[][] together = Gradients(op, inputs, values, weights, differentiable, actual);
        for (int i = 0; i < differentiable.Length; i++)
        {
            int input = differentiable[i];
            float[] alone = Gradients(op, inputs, values, weights, [input], actual)[0];
            Assert.Equal(together[i], alone); // float equality: +0 and −0 are the same
            CheckGradient(oracle, exact, weights, input, alone, backward, rng.Fork("elements").Fork(input));
        }
    }

    /// <summary>Runs an operation and gives its elements.</summary>
    public static float[] Forward(Func<Tensor[], Tensor> op, OpInput[] inputs, float[][] values)
    {
        Tensor[] tensors = Tensors(inputs, values);
        using Tensor y = op(tensors);
        float[] elements = y.Data.ToArray();
        Dispose(tensors);
        return elements;
    }

    static float[][] Gradients(
        Func<Tensor[], Tensor> op, OpInput[] inputs, float[][] values, float[] weights, int[] watched, float[] untaped)
    {
        Tensor[] tensors = Tensors(inputs, values);
        using Tape tape = new();
        foreach (int i in watched)
            tape.Watch(tensors[i]);
        using Tensor y = op(tensors);
        Assert.Equal(untaped, y.Data.ToArray());
        using Tensor w = Tensor.From(weights, y.Shape.Sizes);
        Tensor[] gradients = tape.Gradients(y, w, [.. watched.Select(i => tensors[i])]);
        Assert.Equal(watched.Select(i => tensors[i].Shape), gradients.Select(g => g.Shape));
        float[][] elements = [.. gradients.Select(g => g.Data.ToArray())];
        Dispose([.. gradients, .. tensors]);
        return elements;
    }

    static void CheckGradient(
        Func<double[][], double[]> oracle, double[][] exact, float[] weights, int input, float[] gradient,
        Tolerance tolerance, Rng rng)
    {
        double[] w = [.. weights.Select(x => (double)x)];
        double[] sizes = [.. w.Select(Math.Abs)];
        int[] elements = [.. Enumerable.Range(0, gradient.Length)];
        rng.Draw().Shuffle(elements);
        foreach (int element in elements.Take(MostElements))
        {
            (double expected, double noise) = Difference(oracle, exact, w, input, element);
            double terms = tolerance.FollowsTerms ? Difference(oracle, Absolute(exact), sizes, input, element).Slope : 0;
            tolerance.Check($"gradient of input {input} at {element}", expected, gradient[element], terms, noise);
        }
    }

    static (double Slope, double Noise) Difference(
        Func<double[][], double[]> oracle, double[][] x, double[] weights, int input, int element)
    {
        double[] above = oracle(Moved(x, input, element, Step)), below = oracle(Moved(x, input, element, -Step));
        double slope = 0, size = 1;
        for (int i = 0; i < above.Length; i++)
        {
            // Outputs that do not depend on the element would add nothing but rounding; −∞ less −∞ is no number.
            if (weights[i] == 0 || above[i] == below[i])
                continue;
            slope += weights[i] * ((above[i] - below[i]) / (2 * Step));
            size += Math.Abs(weights[i] * above[i]);
        }
        return (slope, DifferenceNoise * size);
    }

    static double[][] Moved(double[][] x, int input, int element, double by)
    {
        double[][] moved = [.. x];
        moved[input] = [.. x[input]];
        moved[input][element] += by;
        return moved;
    }

    static double[][] Widen(float[][] values) => [.. values.Select(v => v.Select(x => (double)x).ToArray())];

    static double[][] Absolute(double[][] values) => [.. values.Select(v => v.Select(Math.Abs).ToArray())];

    static Tensor[] Tensors(OpInput[] inputs, float[][] values) =>
        [.. inputs.Zip(values, (input, v) => Tensor.From(v, input.Shape.Sizes))];

    static void Dispose(Tensor[] tensors)
    {
        foreach (Tensor tensor in tensors)
            tensor.Dispose();
    }
}

/// <summary>An input of an operation under test: random values between two bounds.</summary>
public sealed record OpInput(Shape Shape, double Low = -2, double High = 2, bool HasGradient = true)
{
    /// <summary>An input with values in [−2, 2).</summary>
    public static OpInput Of(params ReadOnlySpan<int> shape) => new(new Shape(shape));

    /// <summary>The same with other bounds.</summary>
    public OpInput Between(double low, double high) => this with { Low = low, High = high };

    /// <summary>The same with no gradient to check.</summary>
    public OpInput WithoutGradient() => this with { HasGradient = false };

    internal float[] Draw(Rng rng)
    {
        Draws draws = rng.Draw();
        return [.. Enumerable.Range(0, Shape.Count).Select(_ => (float)(Low + ((High - Low) * draws.Uniform())))];
    }
}
