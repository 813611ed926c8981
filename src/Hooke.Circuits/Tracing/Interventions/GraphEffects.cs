namespace Hooke.Circuits;

/// <summary>What taking out a source did to one target: by how much less it became.</summary>
/// <param name="Source">The source's place among those of the trial.</param>
/// <param name="Place">The target's place among the graph's nodes; of a control, that of the target it is matched to.</param>
/// <param name="Target">The target, or the control: a latent of the same layer and position.</param>
/// <param name="IsControl">Whether the graph has no such edge.</param>
/// <param name="IsPart">
/// Whether the graph has pruned an edge of some member of a group: the prediction is then but a part.
/// </param>
/// <param name="Predicted">The edge's weight, or of a group the sum of its members'; 0 for a control.</param>
/// <param name="Frozen">In the frozen model.</param>
/// <param name="Reacting">Where attention and norms react, and MLPs do not.</param>
/// <param name="PredictedTotal">Over all paths of the graph.</param>
/// <param name="Total">Where everything reacts.</param>
public sealed record EdgeEffect(
    int Source, int Place, TraceNode Target, bool IsControl, bool IsPart, double Predicted, double Frozen,
    double Reacting, double PredictedTotal, double Total);

/// <summary>What a trial of a graph found.</summary>
/// <param name="Sources">What was taken out: nodes by name, then groups.</param>
/// <param name="Groups">How many of the sources, at the end, are groups.</param>
/// <param name="Effects">Every edge's effect, and of each edge a control's.</param>
public sealed record GraphEffects(IReadOnlyList<string> Sources, int Groups, IReadOnlyList<EdgeEffect> Effects)
{
    /// <summary>Whether a source is a group.</summary>
    public bool IsGroup(int source) => source >= Sources.Count - Groups;

    /// <summary>The edges, without controls.</summary>
    public IEnumerable<EdgeEffect> Edges => Effects.Where(effect => !effect.IsControl);

    /// <summary>How far each edge is from what the frozen model does, relative to the edge; groups' only where whole.</summary>
    /// <remarks>
    /// An edge is a sum of paths that may cancel, each of them rounded: one smaller than a hundredth of the largest into the same
    /// target is held to a hundredth of that.
    /// </remarks>
    public IEnumerable<(EdgeEffect Edge, double Difference)> Differences()
    {
        Dictionary<int, double> largest = Edges.GroupBy(e => e.Place)
            .ToDictionary(g => g.Key, g => g.Max(e => Math.Max(Math.Abs(e.Predicted), Math.Abs(e.Frozen))));
        return Edges.Where(e => !e.IsPart).Select(e => (e, Math.Abs(e.Predicted - e.Frozen)
            / Math.Max(Math.Max(Math.Abs(e.Predicted), 0.01 * largest[e.Place]), 1e-30)));
    }
}
