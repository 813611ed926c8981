using System.Globalization;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>One thing that circuit-tracer computed beside what Hooke computes.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Difference">‖a − b‖ / ‖b‖, b circuit-tracer's; of sets, how many members are in one alone.</param>
/// <param name="Tolerance">The most that it may be.</param>
/// <param name="Note">More about it; empty for none.</param>
public sealed record TraceCheckRow(string What, double Difference, double Tolerance, string Note = "")
{
    /// <summary>Whether the two agree.</summary>
    public bool IsClose => Difference <= Tolerance;
}

/// <summary>A graph that Hooke traces held against circuit-tracer's of the same prompt, model and transcoders.</summary>
/// <param name="MadeBy">Who made the reference, as its file says.</param>
/// <param name="Rows">What was compared.</param>
/// <param name="Nodes">Nodes whose edges differ by more than is allowed, with by how much; those that differ most first.</param>
/// <param name="OnlyHere">Nodes that circuit-tracer does not have, and why Hooke does.</param>
public sealed record TraceCheck(
    string MadeBy, IReadOnlyList<TraceCheckRow> Rows, IReadOnlyList<(string Node, double Difference)> Nodes,
    IReadOnlyList<string> OnlyHere)
{
    const double Tolerance = 1e-4;

    /// <summary>Whether all that was compared agrees.</summary>
    public bool IsClose => Rows.All(row => row.IsClose);

    /// <summary>
    /// Traces the prompt of a folder with circuit-tracer's graph.safetensors, info.json and transcoders, and compares.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model's folder; null for the one beside this folder that info.json names.</param>
    /// <exception cref="InputException">A file is missing or damaged, or does not fit the others.</exception>
    public static TraceCheck Run(string folder, string? model = null)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"there is no folder {folder}: give one with graph.safetensors, info.json and transcoders");
        UpstreamInfo info = UpstreamInfo.Read(folder);
        using UpstreamGraph reference = new(folder);
        using Model loaded = Model.Load(model ?? Path.Combine(folder, "..", info.Model));
        using CoderSet coders = info.Coders(folder);
        using LocalReplacement replacement = new(loaded, coders, reference.Tokens,
            info.Settings with { ZeroedPositions = reference.ZeroedPositions });
        AttributionGraph graph = Tracer.Trace(replacement, new()
        {
            Targets = TraceTarget.Likeliest(replacement, info.Mass, info.MaxTargets),
            MaxLatents = info.MaxLatents,
            LatentsPerRound = info.LatentsPerRound,
        });
        return Compare(reference, replacement, graph);
    }

    static TraceCheck Compare(UpstreamGraph reference, LocalReplacement replacement, AttributionGraph graph)
    {
        List<TraceCheckRow> rows = [.. ComparedLatents(reference, replacement, graph)];
        int[] shared = [.. Enumerable.Range(0, graph.Nodes.Count).Where(i => Ranks(graph.Nodes[i]))];
        (double difference, List<(string, double)> nodes) = shared.Length == reference.Count
            ? ComparedEdges(reference, graph, shared)
            : (double.PositiveInfinity, []);
        rows.Add(new("adjacency", difference, Tolerance, $"{graph.EdgeCount} edges of {graph.Nodes.Count} nodes"));
        if (shared.Length == reference.Count)
            rows.AddRange(ComparedRanks(reference, graph, shared));
        return new(reference.MadeBy, rows, [.. nodes.OrderByDescending(node => node.Item2).Take(10)], [.. Explained(graph)]);
    }

    static IEnumerable<TraceCheckRow> ComparedLatents(
        UpstreamGraph reference, LocalReplacement replacement, AttributionGraph graph)
    {
        ActiveLatent[] active = [.. replacement.Latents];
        yield return new("active latents", active.Select(a => (a.Layer, a.Position, a.Index)).ToHashSet()
            .SymmetricCount(reference.ActiveLatents), 0, $"{active.Length}");
        if (active.Length == reference.ActiveLatents.Count)
            yield return new("activations",
                Relative([.. active.Select(a => a.Activation)], reference.Floats("activation_values")), Tolerance);
        yield return new("traced latents", graph.Nodes.Where(node => node.Kind == TraceNodeKind.Latent)
            .Select(node => (node.Layer, node.Position, node.Index)).ToHashSet()
            .SymmetricCount(reference.Selected.Select(i => reference.ActiveLatents[i])), 0, $"{reference.Selected.Count}");
        TraceNode[] targets = [.. graph.Nodes.Where(node => node.Kind == TraceNodeKind.Target)];
        yield return new("logits", targets.Select(node => node.Index).ToHashSet().SymmetricCount(reference.TargetTokens), 0,
            $"{targets.Length}");
        if (targets.Length == reference.TargetTokens.Count)
            yield return new("probabilities",
                Relative([.. targets.Select(node => node.Value)], reference.Floats("logit_probabilities")), Tolerance);
    }

    static (double, List<(string, double)>) ComparedEdges(UpstreamGraph reference, AttributionGraph graph, int[] shared)
    {
        double all = 0, size = 0;
        List<(string, double)> nodes = [];
        int[] place = new int[graph.Nodes.Count];
        Array.Fill(place, -1);
        for (int i = 0; i < shared.Length; i++)
            place[shared[i]] = i;
        for (int i = 0; i < shared.Length; i++)
        {
            float[] row = new float[shared.Length];
            ReadOnlySpan<int> sources = graph.SourcesOf(shared[i]);
            for (int e = 0; e < sources.Length; e++)
                if (place[sources[e]] >= 0)
                    row[place[sources[e]]] = graph.WeightsOf(shared[i])[e];
            (double different, double expected) = Squares(row, reference.Adjacency.AsSpan(i * row.Length, row.Length));
            (all, size) = (all + different, size + expected);
            if (different > Tolerance * Tolerance * expected)
                nodes.Add((Named(graph.Nodes[shared[i]]), Math.Sqrt(different / expected)));
        }
        return (Math.Sqrt(all / size), nodes);
    }

    static IEnumerable<TraceCheckRow> ComparedRanks(UpstreamGraph reference, AttributionGraph graph, int[] shared)
    {
        double[] influence = GraphInfluence.Of(graph);
        yield return new("influence",
            Relative([.. shared.Select(i => (float)influence[i])], reference.Floats("node_influence")), Tolerance);
        foreach (string at in reference.Thresholds)
        {
            double[] thresholds = [.. at.Split('_').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
            PrunedGraph pruned = new(graph, thresholds[0], thresholds[1]);
            string name = $"pruned at {thresholds[0]:0.###} and {thresholds[1]:0.###}";
            int[] nodes = reference.Integers($"prune_{at}.node_mask"), edges = reference.Integers($"prune_{at}.edge_mask");
            yield return new($"{name}: nodes",
                shared.Index().Count(node => pruned.HasNode(node.Item) != (nodes[node.Index] != 0)), 0, $"{pruned.NodeCount}");
            yield return new($"{name}: edges", OtherEdges(pruned, shared, edges), 0, $"{pruned.EdgeCount}");
            yield return new($"{name}: cumulative influence", Relative(
                [.. shared.Select(i => (float)pruned.CumulativeInfluence[i])], reference.Floats($"prune_{at}.cumulative_scores")),
                Tolerance);
        }
        GraphScores scores = GraphScores.Of(graph);
        float[] expected = reference.Floats("graph_scores.replacement_completeness");
        yield return new("replacement score", Relative([(float)scores.Replacement], expected.AsSpan(0, 1)), Tolerance,
            scores.Replacement.ToString("0.######", CultureInfo.InvariantCulture));
        yield return new("graph completeness score", Relative([(float)scores.Completeness], expected.AsSpan(1, 1)), Tolerance,
            scores.Completeness.ToString("0.######", CultureInfo.InvariantCulture));
    }

    static int OtherEdges(PrunedGraph pruned, int[] shared, int[] expected)
    {
        Dictionary<int, int> place = shared.Index().ToDictionary(node => node.Item, node => node.Index);
        HashSet<long> kept = [];
        for (int i = 0; i < shared.Length; i++)
            for (int e = 0; e < pruned.EdgesOf(shared[i]).Length; e++)
                if (pruned.EdgesOf(shared[i])[e])
                    kept.Add(((long)i * shared.Length) + place[pruned.Graph.SourcesOf(shared[i])[e]]);
        return kept.SymmetricCount(expected.Index().Where(edge => edge.Item != 0).Select(edge => (long)edge.Index));
    }

    // What is deliberate, by kind of node.
    static IEnumerable<string> Explained(AttributionGraph graph)
    {
        bool[] acts = new bool[graph.Nodes.Count];
        for (int target = 0; target < acts.Length; target++)
            foreach (int source in graph.SourcesOf(target))
                acts[source] = true;
        foreach (TraceNode node in graph.Nodes.Where((node, i) => acts[i] && !Ranks(node)))
            yield return Named(node) + (node.Kind == TraceNodeKind.Bias
                ? ": what this bias adds, which circuit-tracer leaves out of every row"
                : node.Name == "zeroed positions"
                    ? ": what latents and errors add that circuit-tracer sets to zero and leaves out"
                    : ": what a bound on nodes or edges leaves out, which circuit-tracer drops");
    }

    static bool Ranks(TraceNode node) => node.Kind is not (TraceNodeKind.Bias or TraceNodeKind.Remainder);

    static string Named(TraceNode node) => node.Kind switch
    {
        TraceNodeKind.Latent => $"latent {node.Index} of layer {node.Layer} at position {node.Position}",
        TraceNodeKind.Error => $"error of layer {node.Layer} at position {node.Position}",
        TraceNodeKind.Token => $"token {node.Index} at position {node.Position}",
        TraceNodeKind.Bias when node.Layer >= 0 => $"{node.Name} of layer {node.Layer}",
        TraceNodeKind.Target => $"logit of {node.Name}",
        _ => node.Name!,
    };

    static double Relative(float[] found, ReadOnlySpan<float> expected)
    {
        (double different, double size) = Squares(found, expected);
        return different == 0 ? 0 : Math.Sqrt(different / size);
    }

    static (double Different, double Size) Squares(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double different = 0, size = 0;
        for (int i = 0; i < found.Length; i++)
        {
            double gap = (double)found[i] - expected[i];
            (different, size) = (different + (gap * gap), size + ((double)expected[i] * expected[i]));
        }
        return (different, size);
    }
}

static class SetDifference
{
    /// <summary>How many members are in one of the two alone.</summary>
    public static int SymmetricCount<T>(this HashSet<T> set, IEnumerable<T> other)
    {
        HashSet<T> copy = [.. set];
        copy.SymmetricExceptWith(other);
        return copy.Count;
    }
}
