using Hooke.Dictionaries;

namespace Hooke.Studies;

/// <summary>Can a class be told from one, two, five … latents? In balanced accuracy; classes of a kind and kinds weigh alike.</summary>
sealed class SparseProbingTest(IReadOnlyList<LabelledPrompts> kinds, ulong seed) : DictionaryTest(seed)
{
    const string Overall = "accuracy, all classes";

    readonly ulong _seed = seed;

    /// <inheritdoc/>
    public override string Name => "sparse-probing";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place)
    {
        List<(int Size, string Kind, string Entity, double Value)> all = [];
        foreach (LabelledPrompts kind in kinds)
        {
            using LatentRows rows = place.Rows(kind.Tokens, kind.Positions);
            foreach (int size in Sizes.Where(size => size <= place.Coder.Config.NLatents))
                all.AddRange(Contributions(kind, task => SparseProbing.Measure(rows, task, size))
                    .Select(row => (size, kind.Name, row.Entity, row.Value)));
        }
        return all.GroupBy(row => row.Size).SelectMany(size => Findings([.. size.Select(row => row)], size.Key));
    }

    /// <inheritdoc/>
    public override IEnumerable<Finding> RunWhole(LatentPlace place)
    {
        List<(int, string, string, double)> all = [];
        foreach (LabelledPrompts kind in kinds)
        {
            using LatentRows rows = place.Rows(kind.Tokens, kind.Positions);
            all.AddRange(Contributions(kind, task => SparseProbing.MeasureActivations(rows, task))
                .Select(row => (0, kind.Name, row.Entity, row.Value)));
        }
        return Findings(all, null);
    }

    IEnumerable<Finding> Findings(IReadOnlyList<(int Size, string Kind, string Entity, double Value)> rows, int? size)
    {
        yield return new Finding(Overall, size, Sum(rows.Select(row => ($"{row.Kind} {row.Entity}", row.Value / kinds.Count))),
            size is null || IsShown(size.Value));
        foreach (LabelledPrompts kind in kinds)
            yield return new Finding($"accuracy, {kind.Name}", size,
                Sum(rows.Where(row => row.Kind == kind.Name).Select(row => (row.Entity, row.Value))), IsShown: false);
    }

    // What every test prompt adds to the mean over classes of balanced accuracy.
    IEnumerable<(string Entity, double Value)> Contributions(LabelledPrompts kind, Func<ProbeTask, double[]> measure)
    {
        IReadOnlyList<ProbeTask> tasks = kind.Tasks(_seed);
        double[][] outcomes = new double[tasks.Count][];
        Tensors.Work.For(outcomes.Length, i => outcomes[i] = measure(tasks[i]));
        for (int t = 0; t < tasks.Count; t++)
            for (int i = 0; i < outcomes[t].Length; i++)
                yield return (kind.Entities[tasks[t].Test[i]], outcomes[t][i] / (outcomes[t].Length * tasks.Count));
    }
}
