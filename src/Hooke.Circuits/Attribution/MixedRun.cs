using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>
/// Gradients of the metric on prompts whose embeddings lie between the counterfactual's and the clean ones:
/// e(counterfactual) + share · (e(clean) − e(counterfactual)).
/// </summary>
/// <remarks>Several shares run as one batch: all prompts at the first share, then all at the next.</remarks>
sealed class MixedRun : IDisposable
{
    const string Mixed = "mixed";
    const int MostRows = 4096; // [batch · pos] rows of one batch

    readonly GradientRun _run;

    MixedRun(GradientRun run, Recording gradients) => (_run, Gradients) = (run, gradients);

    /// <summary>What was recorded.</summary>
    public Run Run => _run.Run;

    /// <summary>Gradients of the sum of the metric over all prompts at all shares.</summary>
    public Recording Gradients { get; }

    /// <summary>The shares of integrated gradients: 0, 1/steps, … (steps − 1)/steps.</summary>
    public static float[] Shares(int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return [.. Enumerable.Range(0, steps).Select(k => (float)k / steps)];
    }

    /// <summary>The runs at all shares, as few as fit; each to be disposed before the next is asked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="ends">Both ends, with <c>blocks.0.hook_resid_pre</c> recorded.</param>
    /// <param name="shares">How much of the way from counterfactual to clean.</param>
    /// <param name="record">What to record and differentiate by.</param>
    public static IEnumerable<MixedRun> All(
        Model model, PromptSet prompts, BothEnds ends, float[] shares, IReadOnlyList<Address> record)
    {
        int together = Math.Max(1, MostRows / (prompts.Count * prompts.Clean.Positions));
        foreach (float[] some in shares.Chunk(together))
        {
            TokenBatch tokens = prompts.Clean.Repeat(some.Length);
            using Recording mixed = new(tokens);
            mixed.Set(Site.ResidPre.At(0), Embeddings(ends, some));
            GradientRun run = model.Differentiate(
                tokens,
                new Plan { Record = record, Interventions = [new Patch(Site.ResidPre.At(0), Mixed)], LastLogitsOnly = true },
                new Dictionary<string, Recording> { [Mixed] = mixed });
            using Tensor seed = prompts.MetricGradient(run.Run);
            yield return new MixedRun(run, run.Gradients(seed));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Gradients.Dispose();
        _run.Dispose();
    }

    static Tensor Embeddings(BothEnds ends, float[] shares)
    {
        ReadOnlySpan<float> clean = ends.Clean(Site.ResidPre.At(0)), other = ends.Counterfactual(Site.ResidPre.At(0));
        Shape shape = ends.Run[Site.ResidPre.At(0)].Shape;
        Tensor mixed = Tensor.Zeros(shares.Length * (shape[0] / 2), shape[1], shape[2]);
        for (int s = 0; s < shares.Length; s++)
            for (int i = 0; i < clean.Length; i++)
                mixed.Data[(s * clean.Length) + i] = other[i] + (shares[s] * (clean[i] - other[i]));
        return mixed;
    }
}

/// <summary>One run of the clean prompts and, after them in the same batch, the counterfactual ones.</summary>
sealed class BothEnds(Model model, PromptSet prompts, IReadOnlyList<Address> record) : IDisposable
{
    /// <summary>The run.</summary>
    public Run Run { get; } = model.Run(
        prompts.Clean.Then(prompts.Counterfactual), new Plan { Record = record, LastLogitsOnly = true });

    /// <summary>A recorded activation on the clean prompts.</summary>
    public ReadOnlySpan<float> Clean(Address address) => Half(address, 0);

    /// <summary>A recorded activation on the counterfactual prompts.</summary>
    public ReadOnlySpan<float> Counterfactual(Address address) => Half(address, 1);

    /// <summary>The counterfactual's activation less the clean one's, of the shape of either.</summary>
    public Tensor Difference(Address address)
    {
        int[] shape = Run[address].Shape.Sizes.ToArray();
        shape[0] /= 2;
        Tensor difference = Tensor.Zeros(shape);
        System.Numerics.Tensors.TensorPrimitives.Subtract(Counterfactual(address), Clean(address), difference.Data);
        return difference;
    }

    /// <inheritdoc/>
    public void Dispose() => Run.Dispose();

    ReadOnlySpan<float> Half(Address address, int half)
    {
        Tensor whole = Run[address];
        int size = whole.Shape.Count / 2;
        return whole.Data.Slice(half * size, size);
    }
}
