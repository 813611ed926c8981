using System.Text.Json.Nodes;
using Hooke.Circuits;
using Hooke.Models;

namespace Hooke.Benchmarks;

/// <summary>EAP-IG over all edges, against the same in PyTorch.</summary>
static class EdgeGradients
{
    const int Rounds = 5, Positions = 32, Steps = 5;

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        using Model model = RandomGpt2.Create();
        using TorchPeer peer = new(model);
        ComponentGraph graph = new(model.Config);
        Pair pair = Pair.Random(Positions);
        JsonObject request = pair.Request("edges");
        (request["steps"], request["file"]) = (Steps, peer.File);
        Table.Head(peer, $"EAP-IG: the scores of all {graph.Edges.Count:N0} edges between components, {Steps} steps.");
        Table.Columns("prompts x tokens", "PyTorch runs");
        float[] scores = [];
        double[] ms = Turns.Medians(Rounds,
            () => peer.Time(request),
            () => Turns.Time(() => scores = EdgeAttribution.IntegratedGradients(model, pair.Prompts, graph, Steps)));
        Table.Row($"1 x {Positions}", "all steps in a batch", ms[0], ms[1]);
        Table.Agreement($"All scores agree to {Agreement.Relative(scores, Theirs(graph, peer)):E1} (‖a−b‖/‖b‖).");
    }

    // The peer gives a score for every component that writes and every one that reads, edge or not.
    static float[] Theirs(ComponentGraph graph, TorchPeer peer)
    {
        using FileStream file = File.OpenRead(peer.File);
        float[] all = Agreement.Read(file, graph.Senders.Count * graph.Receivers.Count);
        Dictionary<Node, int> senders = Places(graph.Senders);
        Dictionary<Receiver, int> receivers = Places(graph.Receivers);
        return [.. graph.Edges.Select(e => all[(senders[e.Source] * graph.Receivers.Count) + receivers[e.Target]])];
    }

    static Dictionary<T, int> Places<T>(IReadOnlyList<T> items) where T : notnull =>
        items.Select((item, place) => (item, place)).ToDictionary(i => i.item, i => i.place);
}
