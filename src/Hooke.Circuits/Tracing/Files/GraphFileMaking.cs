using System.Globalization;
using System.Text.Json.Nodes;

namespace Hooke.Circuits;

/// <summary>Makes a graph file of a traced graph: circuit-tracer's ids, and Llamascopium's for biases.</summary>
sealed class GraphFileMaking(PrunedGraph pruned, GraphFileAbout about)
{
    readonly AttributionGraph _graph = pruned.ToGraph();
    readonly Dictionary<int, string> _ids = []; // by place in the whole graph

    public GraphFile Make()
    {
        List<GraphFileNode> nodes = [];
        HashSet<string> ids = [];
        int target = 0, whole = 0, targets = _graph.Nodes.Count(node => node.Kind == TraceNodeKind.Target);
        int rest = _graph.Nodes.Count - targets - 1; // what was pruned now stands before the targets
        foreach ((int i, TraceNode node) in _graph.Nodes.Index())
        {
            int place = i == rest ? -1 : Next(ref whole);
            GraphFileNode made = Node(node, node.Kind == TraceNodeKind.Target ? target++ : 0, place);
            if (!ids.Add(made.Id)) // what was pruned before
                ids.Add((made = made with { Id = made.Id + "_again", JsNodeId = made.JsNodeId + "-again" }).Id);
            if (place >= 0)
                _ids[place] = made.Id;
            nodes.Add(made);
        }
        GraphScores scores = GraphScores.Of(pruned.Graph);
        List<GraphFileLink> links = [];
        for (int to = 0; to < nodes.Count; to++)
        {
            ReadOnlySpan<float> weights = _graph.WeightsOf(to);
            ReadOnlySpan<int> sources = _graph.SourcesOf(to);
            for (int i = 0; i < sources.Length; i++)
                links.Add(new(sources[i], to, weights[i]));
        }
        GraphFile file = new() { Metadata = Metadata(scores), Nodes = nodes, Links = links };
        return file.With([], about.Groups.Select(group => new GraphFileGroup(
            group.Name, [.. group.Members.Where(_ids.ContainsKey).Select(member => _ids[member])]))
            .Where(g => g.Members.Count > 0));
    }

    // The places of the kept nodes in the whole graph, one after the other.
    int Next(ref int whole)
    {
        while (!pruned.HasNode(whole) && pruned.Graph.Nodes[whole].Kind is not (TraceNodeKind.Bias or TraceNodeKind.Remainder))
            whole++;
        return whole++;
    }

    GraphFileNode Node(TraceNode node, int target, int place)
    {
        string layer = node.Layer < 0 ? "E" : Text(node.Layer), position = Text(node.Position);
        string token = node.Position >= 0 ? about.TokenTexts[node.Position] : "";
        GraphFileNode made = node.Kind switch
        {
            TraceNodeKind.Latent => Plain(node, $"{layer}_{node.Index}_{position}", $"{layer}_{node.Index}-0", layer) with
            {
                Feature = CantorPair.Join(node.Layer, node.Index),
                FeatureType = "cross layer transcoder",
                Label = about.LabelOf(node.Layer, node.Index) ?? "",
                Activation = node.Value,
            },
            TraceNodeKind.Error => Plain(node, $"{layer}_-1_{position}", $"{layer}_{position}-0", layer) with
            {
                Feature = -1,
                FeatureType = "mlp reconstruction error",
                Label = $"Err: mlp \"{token}\"",
            },
            TraceNodeKind.Token => Plain(node, $"E_{node.Index}_{position}", $"E_{node.Index}-{position}", "E") with
            {
                Feature = node.Position,
                FeatureType = "embedding",
                Label = $"Emb: \"{token}\"",
            },
            TraceNodeKind.Target => Target(node, target),
            _ => Constant(node, layer),
        };
        bool isRanked = place >= 0 && node.Kind is TraceNodeKind.Latent or TraceNodeKind.Error or TraceNodeKind.Token;
        return isRanked ? made with { Influence = pruned.CumulativeInfluence[place] } : made;
    }

    GraphFileNode Target(TraceNode node, int target)
    {
        bool isToken = node.Index >= 0;
        int number = isToken ? node.Index : about.VocabularySize + target;
        int position = Math.Max(node.Position, 0);
        string layer = Text(about.Layers + 1), p = node.Value.ToString("0.000", CultureInfo.InvariantCulture);
        return Plain(node, $"{layer}_{number}_{position}", $"L_{number}-{position}", layer) with
        {
            Feature = number,
            FeatureType = "logit",
            Label = isToken ? $"Output \"{about.TextOf(node.Index)}\" (p={p})" : node.Name ?? "target",
            Probability = node.Value,
            IsTarget = target == 0,
            Others = isToken ? null : new JsonObject { [GraphFileNames.Virtual] = true },
        };
    }

    // Biases and remainders are sums over positions; the viewers need a position and have them at the first.
    static GraphFileNode Constant(TraceNode node, string layer)
    {
        string name = node.Name ?? "", word = name.Replace(' ', '-');
        string kind = node.Kind == TraceNodeKind.Bias ? "bias" : "remainder";
        return Plain(node, $"{layer}_{kind}_{word}_0", $"{layer}_{kind}_{word}-0", layer) with
        {
            FeatureType = node.Kind == TraceNodeKind.Bias ? "bias" : GraphFileNames.Remainder,
            Label = node.Kind == TraceNodeKind.Bias ? $"Bias: {name}" : $"Rest: {name}",
            Others = new JsonObject { [GraphFileNames.Name] = name, [GraphFileNames.Summed] = true },
        };
    }

    static GraphFileNode Plain(TraceNode node, string id, string jsId, string layer) => new()
    {
        Id = id,
        Feature = null,
        Layer = layer,
        Position = Math.Max(node.Position, 0),
        FeatureType = "",
        JsNodeId = jsId,
        Label = "",
    };

    JsonObject Metadata(GraphScores scores) => new()
    {
        ["slug"] = about.Slug,
        ["scan"] = about.Scan,
        ["transcoder_list"] = new JsonArray(),
        ["prompt_tokens"] = new JsonArray([.. about.TokenTexts.Select(text => (JsonNode)text)]),
        ["prompt"] = about.Prompt,
        ["node_threshold"] = pruned.NodeThreshold,
        ["schema_version"] = GraphFile.SchemaVersion,
        ["info"] = new JsonObject
        {
            ["generator"] = new JsonObject { ["name"] = "Hooke", ["version"] = about.Version },
        },
        ["generation_settings"] = about.GenerationSettings.DeepClone(),
        ["pruning_settings"] = new JsonObject
        {
            ["node_threshold"] = pruned.NodeThreshold,
            ["edge_threshold"] = pruned.EdgeThreshold,
        },
        ["replacement_score"] = Finite(scores.Replacement),
        ["completeness_score"] = Finite(scores.Completeness),
        [GraphFileNames.Shares] = new JsonArray([.. scores.Targets.Select(Share)]),
    };

    JsonNode Share(TargetShares target) => new JsonObject
    {
        ["node_id"] = _ids[target.Node],
        ["value"] = Finite(target.Value),
        ["direct"] = Parts(target.Direct),
        ["walked"] = Parts(target.Shares),
    };

    static JsonObject Parts(TraceParts parts) => new()
    {
        ["latents"] = Finite(parts.Latents),
        ["tokens"] = Finite(parts.Tokens),
        ["errors"] = Finite(parts.Errors),
        ["biases"] = Finite(parts.Biases),
        ["remainders"] = Finite(parts.Remainders),
    };

    static JsonValue? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Names that Hooke adds to the format; the viewers pass over them.</summary>
static class GraphFileNames
{
    /// <summary>The type of a node for what has no node of its own, in the words of Neuronpedia's page.</summary>
    public const string Remainder = "unexplored node";

    /// <summary>Which bias or remainder a node is.</summary>
    public const string Name = "constant_name";

    /// <summary>Whether a node is summed over positions.</summary>
    public const string Summed = "summed_over_positions";

    /// <summary>Whether a logit node is no token but a difference, a direction or a latent.</summary>
    public const string Virtual = "virtual_target";

    /// <summary>What each target rests on in the whole graph, in the metadata.</summary>
    public const string Shares = "target_shares";
}
