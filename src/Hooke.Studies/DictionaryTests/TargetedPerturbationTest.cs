using Hooke.Dictionaries;

namespace Hooke.Studies;

/// <summary>Does taking out the latents of one class hurt that class's probe and no other?</summary>
sealed class TargetedPerturbationTest(IReadOnlyList<LabelledPrompts> kinds, ulong seed) : DictionaryTest(seed)
{
    const int LeastClasses = 3;

    readonly ulong _seed = seed;

    /// <inheritdoc/>
    public override string Name => "targeted-perturbation";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place)
    {
        foreach (LabelledPrompts kind in kinds.Where(kind => kind.Classes.Count >= LeastClasses))
        {
            using LatentRows rows = place.Rows(kind.Tokens, kind.Positions);
            IReadOnlyList<ProbeTask> tasks = kind.Tasks(_seed);
            double[][] scores = TargetedPerturbation.Measure(rows, tasks, Sizes);
            for (int size = 0; size < Sizes.Count; size++)
                yield return new Finding(kind.Name, Sizes[size], Mean(scores[size].Select((score, i) =>
                    new Weighed("", kind.Entities[tasks[0].Test[i]], score))), Sizes[size] is 5 or 20);
        }
    }
}
