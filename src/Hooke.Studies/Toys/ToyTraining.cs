using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Trains many toy models side by side, one to a thread at a time; the bytes do not depend on the threads.</summary>
public static class ToyTraining
{
    const int TestSamples = 8192;

    static readonly AdamWSettings Adam = new(Beta2: 0.999f, WeightDecay: 0, MaxGradientNorm: float.PositiveInfinity);

    /// <summary>The trained models, in the order of their settings.</summary>
    /// <param name="instances">What to train.</param>
    /// <param name="trained">Told how many are trained; called by any thread.</param>
    /// <exception cref="InputException">A setting is out of its range.</exception>
    public static IReadOnlyList<TrainedToy> Train(IReadOnlyList<ToySettings> instances, Action<int>? trained = null)
    {
        foreach (ToySettings settings in instances)
            settings.Check();
        TrainedToy[] toys = new TrainedToy[instances.Count];
        int done = 0;
        Work.For(instances.Count, i =>
        {
            toys[i] = Train(instances[i]);
            trained?.Invoke(Interlocked.Increment(ref done));
        });
        return toys;
    }

    /// <summary>First weights: normal, of variance 2 / (n + m); a bias of zeros.</summary>
    internal static ToyModel Start(ToySettings settings)
    {
        Rng rng = settings.Rng.Fork("weights");
        Tensor weight = Tensor.Zeros(settings.Hidden, settings.Features);
        float deviation = MathF.Sqrt(2f / (settings.Hidden + settings.Features));
        for (int i = 0; i < weight.Shape.Count; i++)
            weight.Data[i] = deviation * rng.Normal((ulong)i);
        return new ToyModel(weight, Tensor.Zeros(settings.Features));
    }

    /// <summary>Fresh samples of the instance's data [count, n].</summary>
    internal static Tensor Samples(ToySettings settings, string purpose, int count)
    {
        Tensor x = Tensor.Zeros(count, settings.Features);
        SparseFeatures.Fill(x, settings.Sparsity, settings.Rng.Fork(purpose));
        return x;
    }

    static TrainedToy Train(ToySettings settings)
    {
        ToyModel model = Start(settings);
        using AdamW adam = new([model.Weight, model.Bias], Adam);
        using Tensor x = Tensor.Zeros(settings.Batch, settings.Features);
        Rng batches = settings.Rng.Fork("batches");
        for (int step = 0; step < settings.Steps; step++)
        {
            SparseFeatures.Fill(x, settings.Sparsity, batches.Fork(step));
            IReadOnlyList<Tensor> gradients = model.Gradients(x, settings.Importances);
            double left = 1 - ((double)step / settings.Steps);
            adam.Step(gradients, (float)(settings.LearningRate * Math.Min(1, 2 * left)));
            foreach (Tensor gradient in gradients)
                gradient.Dispose();
        }
        using Tensor test = Samples(settings, "test", TestSamples);
        return new TrainedToy(settings, model, model.Loss(test, settings.Importances));
    }
}

/// <summary>A toy model after training.</summary>
/// <param name="Settings">How it was made.</param>
/// <param name="Model">Its weights.</param>
/// <param name="Loss">Mean over fresh samples of Σᵢ Iᵢ (xᵢ − x̂ᵢ)².</param>
public sealed record TrainedToy(ToySettings Settings, ToyModel Model, double Loss);
