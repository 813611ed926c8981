using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The published experiments on toy models of superposition, made again.</summary>
/// <remarks>Source: Elhage et al. 2022, "Toy models of superposition".</remarks>
public sealed class SuperpositionStudy : IDisposable
{
    const int PlaneFeatures = 5, PlaneHidden = 2, SmallBatch = 256;
    const double PlaneDecay = 0.9, QuickRate = 3e-3;

    static readonly double[] PlaneSparsities = [0, 0.4, 0.7, 0.85, 0.93, 0.97];

    SuperpositionStudy(SuperpositionRequest request) => Request = request;

    /// <summary>What was asked.</summary>
    public SuperpositionRequest Request { get; }

    /// <summary>Five features of falling importance in a plane, a model for each of some sparsities.</summary>
    public IReadOnlyList<MeasuredToy> Plane { get; private init; } = [];

    /// <summary>Many features over many sparsities, a sweep for each importance decay.</summary>
    public IReadOnlyList<SparsitySweep> Sweeps { get; private init; } = [];

    /// <summary>Two features in one dimension, trained and in theory.</summary>
    public PhaseDiagram Phases { get; private init; } = new([], [], []);

    /// <summary>Trains every instance; the same request gives the same bytes.</summary>
    /// <param name="request">What to train.</param>
    /// <param name="progress">Told how many instances of how many are trained; called by any thread.</param>
    /// <exception cref="InputException">A number of the request is out of its range.</exception>
    public static SuperpositionStudy Run(SuperpositionRequest request, Action<int, int>? progress = null)
    {
        Rng rng = new(request.Seed);
        ToySettings[] plane = [.. PlaneSparsities.Select((sparsity, i) => new ToySettings(PlaneFeatures, PlaneHidden, sparsity)
        {
            Importances = ToySettings.Decaying(PlaneFeatures, PlaneDecay),
            Steps = request.Steps, LearningRate = QuickRate, Rng = rng.Fork("plane").Fork(i),
        })];
        ToySettings[] sweeps = [.. request.Decays.SelectMany((decay, d) => request.InverseDensities.Select((inverse, i) =>
            new ToySettings(request.Features, request.Hidden, 1 - (1 / inverse))
            {
                Importances = ToySettings.Decaying(request.Features, decay),
                Steps = request.Steps, LearningRate = QuickRate, Rng = rng.Fork("sweep").Fork(d).Fork(i),
            }))];
        ToySettings[] phases = PhaseDiagram.Instances(request, rng.Fork("phases"), SmallBatch, QuickRate);
        ToySettings[] all = [.. sweeps, .. plane, .. phases]; // the long ones first, so that no thread waits for one at the end
        IReadOnlyList<TrainedToy> toys = ToyTraining.Train(all, done => progress?.Invoke(done, all.Length));
        int points = request.InverseDensities.Count;
        return new SuperpositionStudy(request)
        {
            Sweeps = [.. request.Decays.Select((decay, d) => new SparsitySweep(
                decay, [.. toys.Skip(d * points).Take(points).Select(toy => new MeasuredToy(toy))]))],
            Plane = [.. toys.Skip(sweeps.Length).Take(plane.Length).Select(toy => new MeasuredToy(toy))],
            Phases = PhaseDiagram.Of(request, [.. toys.Skip(sweeps.Length + plane.Length)]),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MeasuredToy measured in Plane.Concat(Sweeps.SelectMany(sweep => sweep.Points)))
            measured.Toy.Model.Dispose();
    }
}

/// <summary>Models that differ in sparsity alone.</summary>
/// <param name="Decay">Iᵢ = decayⁱ.</param>
/// <param name="Points">In the order of the request.</param>
public sealed record SparsitySweep(double Decay, IReadOnlyList<MeasuredToy> Points);
