using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>Two features in one dimension: what training found beside what theory says, over sparsity and importance.</summary>
/// <param name="Densities">1 − S of the columns, falling from 1 to 0.01.</param>
/// <param name="Importances">Of the second feature, the first's being 1; of the rows, rising from 0.1 to 10.</param>
/// <param name="Cells">[row][column]</param>
public sealed record PhaseDiagram(
    IReadOnlyList<double> Densities, IReadOnlyList<double> Importances, IReadOnlyList<IReadOnlyList<PhaseCell>> Cells)
{
    /// <summary>Share of cells in which training found the phase of theory.</summary>
    public double Agreement => Cells.SelectMany(row => row).Average(cell => cell.Trained == cell.Theory ? 1.0 : 0.0);

    internal static ToySettings[] Instances(SuperpositionRequest request, Rng rng, int batch, double rate) =>
    [
        .. from row in Enumerable.Range(0, request.PhaseSide)
           from column in Enumerable.Range(0, request.PhaseSide)
           from restart in Enumerable.Range(0, request.Restarts)
           select new ToySettings(2, 1, 1 - DensitiesOf(request)[column])
           {
               Importances = [1, ImportancesOf(request)[row]],
               Steps = Math.Max(1, request.Steps / 2), Batch = batch, LearningRate = rate,
               Rng = rng.Fork(row).Fork(column).Fork(restart),
           },
    ];

    /// <summary>The diagram of trained instances, in the order of <see cref="Instances"/>; disposes of the models.</summary>
    internal static PhaseDiagram Of(SuperpositionRequest request, IReadOnlyList<TrainedToy> toys)
    {
        int side = request.PhaseSide;
        PhaseCell[] cells = new PhaseCell[side * side];
        Work.For(cells.Length, i => cells[i] = Cell(
            DensitiesOf(request)[i % side], ImportancesOf(request)[i / side],
            toys.Skip(i * request.Restarts).Take(request.Restarts)));
        foreach (TrainedToy toy in toys)
            toy.Model.Dispose();
        return new(DensitiesOf(request), ImportancesOf(request), [.. cells.Chunk(side)]);
    }

    // The restart of the least expected loss counts, which at great sparsity a sample would not tell well enough.
    static PhaseCell Cell(double density, double importance, IEnumerable<TrainedToy> restarts)
    {
        (double loss, ToyModel model) = restarts
            .Select(toy => (Loss(toy.Model, density, importance), toy.Model)).MinBy(found => found.Item1);
        ToyPhase best = PhaseTheory.Best(density, importance);
        return new(ToyPhases.Of(model), best, loss, PhaseTheory.LeastLoss(best, density, importance));
    }

    static double Loss(ToyModel model, double density, double importance) => PhaseTheory.ExpectedLoss(
        model.Weight.Data[0], model.Weight.Data[1], model.Bias.Data[0], model.Bias.Data[1], density, importance);

    static double[] DensitiesOf(SuperpositionRequest request) => EvenRatios.Steps(1, 0.01, request.PhaseSide);

    static double[] ImportancesOf(SuperpositionRequest request) => EvenRatios.Steps(0.1, 100, request.PhaseSide);
}

/// <summary>One cell of the diagram.</summary>
/// <param name="Trained">The phase of the best restart.</param>
/// <param name="Theory">The phase of the least expected loss.</param>
/// <param name="TrainedLoss">Expected loss of the best restart.</param>
/// <param name="TheoryLoss">The least expected loss of the three phases.</param>
public sealed record PhaseCell(ToyPhase Trained, ToyPhase Theory, double TrainedLoss, double TheoryLoss);

static class EvenRatios
{
    /// <summary>Numbers evenly spaced by ratio, from one to a multiple of it.</summary>
    public static double[] Steps(double from, double factor, int count)
    {
        double ratio = Root(factor, Math.Max(1, count - 1));
        double[] steps = new double[count];
        for (int i = 0; i < count; i++, from *= ratio)
            steps[i] = from;
        return steps;
    }

    // By halving an interval: no library's logarithm, so the same on every machine.
    static double Root(double number, int order)
    {
        double low = Math.Min(1, number), high = Math.Max(1, number);
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2, power = 1;
            for (int k = 0; k < order; k++)
                power *= middle;
            (low, high) = power < number ? (middle, high) : (low, middle);
        }
        return (low + high) / 2;
    }
}
