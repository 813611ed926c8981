using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>
/// Can a class be told from one, two, five … latents? In balanced accuracy; classes of a kind weigh alike, and kinds.
/// </summary>
sealed class SparseProbingTest(IReadOnlyList<LabelledPrompts> kinds, ulong seed) : DictionaryTest(seed)
{
    readonly ulong _seed = seed;

    /// <inheritdoc/>
    public override string Name => "sparse-probing";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place) => Findings(place,
        [.. Sizes.Where(size => size <= place.Coder.Config.NLatents).Select(size => (int?)size)],
        (rows, task, size) => SparseProbing.Measure(rows, task, size!.Value));

    /// <inheritdoc/>
    public override IEnumerable<Finding> RunWhole(LatentPlace place) => Findings(place, [null],
        (rows, task, _) => SparseProbing.MeasureActivations(rows, task));

    List<Finding> Findings(LatentPlace place, int?[] sizes, Func<LatentRows, ProbeTask, int?, double[]> measure)
    {
        List<Weighed>[] all = [.. sizes.Select(_ => new List<Weighed>())];
        foreach (LabelledPrompts kind in kinds)
        {
            using LatentRows rows = place.Rows(kind.Tokens, kind.Positions);
            IReadOnlyList<ProbeTask> tasks = kind.Tasks(_seed);
            double[][] outcomes = new double[sizes.Length * tasks.Count][];
            Work.For(outcomes.Length, i => outcomes[i] = measure(rows, tasks[i % tasks.Count], sizes[i / tasks.Count]));
            for (int i = 0; i < outcomes.Length; i++)
                all[i / tasks.Count].AddRange(OfTask(kind, tasks[i % tasks.Count], outcomes[i]));
        }
        return [.. sizes.SelectMany((size, s) => kinds.Select(kind => new Finding($"accuracy, {kind.Name}", size,
                Mean(all[s].Where(row => row.Group == kind.Name)), IsShown: false))
            .Prepend(new Finding("accuracy, all classes", size, Mean(all[s]), size is null || IsShown(size.Value))))];
    }

    // An outcome is the row's weight where it is told rightly, else 0.
    static IEnumerable<Weighed> OfTask(LabelledPrompts kind, ProbeTask task, double[] outcomes) => task.TestWeights.Select(
        (weight, i) => new Weighed(kind.Name, $"{kind.Name} {kind.Entities[task.Test[i]]}", outcomes[i] > 0 ? 1 : 0, weight));
}
