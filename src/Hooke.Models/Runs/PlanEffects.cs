using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Finds the intervention of a plan that changes nothing because of what the others do, or fail to do.</summary>
/// <param name="model">The model.</param>
/// <param name="tokens">The prompts, from which the run computes everything.</param>
/// <param name="sources">Recordings of other runs.</param>
internal sealed class PlanEffects(Model model, TokenBatch tokens, IReadOnlyDictionary<string, Recording> sources)
{
    /// <summary>Passes interventions each of which can change something.</summary>
    /// <exception cref="InputException">One is overwritten by a later one, or writes what is there anyway.</exception>
    public static void RequireNoneOverwritten(IReadOnlyList<Intervention> interventions)
    {
        foreach (IGrouping<Address, Intervention> here in interventions.Where(i => i is not Reroute).GroupBy(i => i.At.Whole))
        {
            Intervention[] edits = [.. here];
            for (int i = 0; i < edits.Length; i++)
                if (edits.Skip(i + 1).FirstOrDefault(later => Overwrites(later) && Covers(later, edits[i])) is { } over)
                    throw new InputException(
                        $"what is done first at {edits[i].At} is overwritten by what the plan does after it at {over.At}: "
                        + "leave one of the two out");
        }
        foreach (IGrouping<(Address Reader, Address Source), Address> edge in interventions.OfType<Reroute>()
            .SelectMany(r => r.Sources.Select(s => (Edge: (r.At, s), s))).GroupBy(e => e.Edge, e => e.s))
            if (edge.Count() > 1)
                throw new InputException($"the edge from {edge.Key.Source} into {edge.Key.Reader} is cut twice: name it once");
    }

    /// <summary>Passes interventions none of which writes what an equal run of the same model computed.</summary>
    /// <remarks>Until something before it in the pass was changed, such a run has what this one has, byte for byte.</remarks>
    public void RequireChange(IReadOnlyList<Intervention> interventions)
    {
        List<Intervention> changing = [];
        foreach (Intervention intervention in interventions.OrderBy(i => i.At.Layer ?? (IsFirst(i.At.Site) ? -1 : int.MaxValue))
            .ThenBy(i => i.At.Site.Index))
        {
            if (Source(intervention) is { } name && IsSameRun(name, intervention)
                && !changing.Any(earlier => Shares(earlier.Prompts, intervention.Prompts)))
                throw new InputException(
                    $"{intervention.At}: run '{name}' has there what this run has, on the same prompts with nothing changed "
                    + "before it: give a run of other prompts, or change something earlier");
            changing.Add(intervention);
        }
    }

    static string? Source(Intervention intervention) => intervention switch
    {
        Patch patch => patch.From,
        Freeze freeze => freeze.To,
        Reroute reroute => reroute.From,
        _ => null,
    };

    bool IsSameRun(string name, Intervention intervention)
    {
        if (sources[name].PlainRunOf != model)
            return false;
        TokenBatch other = sources[name].Tokens;
        (int from, int to) = intervention.Prompts?.Within(tokens.Count) ?? (0, tokens.Count);
        return Enumerable.Range(from, to - from).All(i => tokens.Prompt(i).SequenceEqual(other.Prompt(i % other.Count)));
    }

    static bool IsFirst(Site site) => site == Site.Embed || site == Site.PosEmbed;

    bool Shares(PositionRange? a, PositionRange? b)
    {
        (int aFrom, int aTo) = a?.Within(tokens.Count) ?? (0, tokens.Count);
        (int bFrom, int bTo) = b?.Within(tokens.Count) ?? (0, tokens.Count);
        return aFrom < bTo && bFrom < aTo;
    }

    static bool Overwrites(Intervention edit) => edit is Replace or Patch or Freeze or ZeroAblate or MeanAblate or ResampleAblate;

    static bool Covers(Intervention later, Intervention earlier) =>
        (later.At.Head is null || later.At.Head == earlier.At.Head)
        && (later.At.Neuron is null || later.At.Neuron == earlier.At.Neuron)
        && (later.At.Positions is null || later.At.Positions == earlier.At.Positions)
        && (later.Prompts is null || later.Prompts == earlier.Prompts);
}
