using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>Attribution graphs: against dense rows by backward passes in PyTorch, and the memory that they take.</summary>
static class Tracing
{
    const int Rounds = 3, Layers = 6, Width = 256, Latents = 4096, Active = 32, Positions = 24, MostTargets = 10;
    const double Mass = 0.95;

    /// <summary>Prints the tables.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Small(Layers, Width);
        using CoderSet coders = RandomTranscoders.Create(model.Config, Latents, Active);
        using TorchPeer peer = new(model);
        RandomTranscoders.Write(coders, peer.Given);
        int[] tokens = RandomGpt2.Tokens(Positions, model.Config.DVocab);
        JsonObject request = new()
        {
            ["do"] = "trace",
            ["tokens"] = TorchPeer.Json(tokens),
            ["transcoders"] = peer.Given,
            ["latents"] = Latents,
            ["active"] = Active,
            ["most"] = MostTargets,
            ["mass"] = Mass,
        };
        AttributionGraph graph = Trace(model, coders, tokens);
        Table.HeadOf(peer,
            $"GPT-2 with {Layers} layers, d_model {Width}, transcoders of {Latents:N0} latents, {Active} of them active; random.",
            $"{graph.Nodes.Count(node => node.Kind == TraceNodeKind.Latent):N0} active latents, all traced; "
            + $"{graph.EdgeCount:N0} edges.");
        Table.Columns("tokens", "");
        List<double> theirPruning = [];
        double[] ms = Turns.Medians(Rounds,
            () => Theirs(peer.Ask(request), theirPruning),
            () => Turns.Time(() => graph = Trace(model, coders, tokens)),
            () => Turns.Time(() => _ = new PrunedGraph(graph)));
        Table.Row($"{Positions}", "tracing", ms[0], ms[1]);
        Table.Row($"{Positions}", "pruning", Race.Median(theirPruning), ms[2]);
        Table.Row($"{Positions}", "both", ms[0] + Race.Median(theirPruning), ms[1] + ms[2]);
        request["file"] = peer.File;
        JsonNode answer = peer.Ask(request);
        PrunedGraph pruned = new(graph);
        Table.Agreement($"All edges agree to {Difference(graph, (int)answer["size"]!, peer.File):E1} (‖a−b‖/‖b‖); pruning keeps "
            + $"{pruned.NodeCount} and {(int)answer["nodes"]!} nodes, {pruned.EdgeCount} and {(int)answer["edges"]!} edges.");
        TracingMemory.Run();
    }

    static double Theirs(JsonNode answer, List<double> pruning)
    {
        pruning.Add((double)answer["prune"]!);
        return (double)answer["ms"]!;
    }

    static AttributionGraph Trace(Model model, CoderSet coders, int[] tokens)
    {
        using LocalReplacement replacement = new(model, coders, tokens);
        return Tracer.Trace(replacement, new() { Targets = TraceTarget.Likeliest(replacement, Mass, MostTargets) });
    }

    // Their nodes are ours without biases and remainders, in the same order.
    static double Difference(AttributionGraph graph, int size, string path)
    {
        int[] shared = [.. Enumerable.Range(0, graph.Nodes.Count)
            .Where(i => graph.Nodes[i].Kind is not (TraceNodeKind.Bias or TraceNodeKind.Remainder))];
        if (shared.Length != size)
            throw new InputException($"PyTorch's graph has {size} nodes, Hooke's {shared.Length}");
        int[] place = new int[graph.Nodes.Count];
        Array.Fill(place, -1);
        for (int i = 0; i < size; i++)
            place[shared[i]] = i;
        using FileStream file = File.OpenRead(path);
        double difference = 0, all = 0;
        for (int i = 0; i < size; i++)
        {
            float[] theirs = Agreement.Read(file, size), ours = new float[size];
            ReadOnlySpan<int> sources = graph.SourcesOf(shared[i]);
            for (int e = 0; e < sources.Length; e++)
                if (place[sources[e]] >= 0)
                    ours[place[sources[e]]] = graph.WeightsOf(shared[i])[e];
            for (int j = 0; j < size; j++)
                (difference, all) = (difference + Math.Pow(ours[j] - theirs[j], 2), all + Math.Pow(theirs[j], 2));
        }
        return Math.Sqrt(difference / all);
    }
}
