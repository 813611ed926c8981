using Hooke.Dictionaries;

namespace Hooke.Studies;

/// <summary>Does a class's latent fire on all its members, or has a member's own latent taken the class over?</summary>
sealed class AbsorptionTest(IReadOnlyList<LabelledPrompts> kinds, ulong seed) : DictionaryTest(seed)
{
    readonly ulong _seed = seed;

    /// <inheritdoc/>
    public override string Name => "absorption";

    /// <inheritdoc/>
    public override string? Refuses(SparseCoder coder) => coder.Config.Role == "autoencoder" ? null
        : $"it is defined for autoencoders, and this is a {coder.Config.Role}";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Run(LatentPlace place)
    {
        List<(string Entity, AbsorbedMember Member)> members = [];
        List<(string Class, int Main)> mains = [];
        foreach (LabelledPrompts kind in kinds.Where(kind => kind.AtEntity))
        {
            using LatentRows rows = place.Rows(kind.Tokens, kind.Positions);
            ProbeTask[] tasks = [.. kind.Tasks(_seed).SelectMany(task => kind.Classes.Count > 2
                ? [task]
                : new[] { task, task with { Labels = [.. task.Labels.Select(label => !label)] } })];
            AbsorptionResult[] results = new AbsorptionResult[tasks.Length];
            Tensors.Work.For(tasks.Length, i => results[i] = FeatureAbsorption.Measure(rows, tasks[i]));
            mains.AddRange(results.Select((result, i) => ($"{kind.Name} {i}", result.Main.Count)));
            members.AddRange(results.SelectMany(result => result.Members)
                .Select(member => ($"{kind.Name} {kind.Entities[member.Row]}", member)));
        }
        if (members.Count == 0)
            yield break;
        yield return Mean("members absorbed, fraction", members.Select(m => (m.Entity, m.Member.Fraction)));
        yield return Mean("members absorbed whole", members.Select(m => (m.Entity, m.Member.IsFull ? 1.0 : 0)));
        yield return Mean("main latents of a class", mains.Select(m => (m.Class, (double)m.Main)));
    }

    Finding Mean(string what, IEnumerable<(string Of, double Value)> rows) =>
        new(what, null, Mean(rows.Select(row => new Weighed("", row.Of, row.Value))));
}
