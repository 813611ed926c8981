using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The pruned attribution graphs of many prompts, with the roles of their positions.</summary>
public static class BehaviourGraphs
{
    /// <summary>Traces each prompt's right answer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="coders">Its transcoders.</param>
    /// <param name="prompts">Prompts, each with a right next token.</param>
    /// <param name="settings">Where the transcoders read and write, or null for what their files say.</param>
    /// <param name="nodeThreshold">Influence that kept nodes have.</param>
    /// <param name="edgeThreshold">Influence that kept edges have.</param>
    /// <param name="progress">Told how many prompts are traced.</param>
    /// <exception cref="InputException">The transcoders are of another model, or nothing is active on a prompt.</exception>
    public static IReadOnlyList<RoledGraph> Trace(
        Model model, CoderSet coders, IReadOnlyList<(IReadOnlyList<int> Tokens, int Answer)> prompts,
        ReplacementSettings? settings = null, double nodeThreshold = 0.8, double edgeThreshold = 0.98,
        Action<int>? progress = null)
    {
        IReadOnlyList<IReadOnlyList<string>> roles =
            PositionRoles.Of([.. prompts.Select(prompt => prompt.Tokens.Select(model.Tokenizer.TokenText).ToArray())]);
        List<RoledGraph> graphs = [];
        foreach ((IReadOnlyList<int> tokens, int answer) in prompts)
        {
            using LocalReplacement replacement = new(model, coders, tokens, settings);
            TraceRequest request = new() { Targets = [TraceTarget.Token(replacement, answer)] };
            AttributionGraph graph = Tracer.Trace(replacement, request);
            graphs.Add(new(new PrunedGraph(graph, nodeThreshold, edgeThreshold).ToGraph(), roles[graphs.Count]));
            progress?.Invoke(graphs.Count);
        }
        return graphs;
    }
}
